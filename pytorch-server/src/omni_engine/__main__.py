"""`python -m omni_engine`."""

from omni_engine.cli import main

raise SystemExit(main())
