"""The command line: `omni-engine serve`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from omni_engine import __version__
from omni_engine.credentials import check_reach, read_credentials
from omni_engine.heap import map_large_tensors
from omni_engine.listen import SetupError, parse_address

_GRACE_S = 2.0


def parser() -> argparse.ArgumentParser:
    """All options with their defaults."""
    top = argparse.ArgumentParser(prog="omni-engine", description="The tensor server of omni-thinker.")
    top.add_argument("--version", action="version", version=f"omni-engine {__version__}")
    serve = top.add_subparsers(dest="command", required=True).add_parser("serve", help="serve models over gRPC")
    add = serve.add_argument
    add("--listen", required=True, metavar="ADDRESS", help="unix:/path/engine.sock or host:port (port 0: any free one)")
    add("--checkpoint-root", type=Path, metavar="DIR", help="where checkpoints live; without it none are kept")
    add("--model-root", type=Path, metavar="DIR", help="local models are folders below it, called by name")
    add(
        "--cache-dir",
        type=Path,
        metavar="DIR",
        default=_default_cache(),
        help="converted models (default: %(default)s)",
    )
    add("--device", choices=("auto", "cpu", "cuda"), default="auto")
    add("--threads", type=int, metavar="N", help="CPU threads for arithmetic (default: torch's choice)")
    add("--tls-cert", type=Path, metavar="FILE")
    add("--tls-key", type=Path, metavar="FILE")
    add("--tls-ca", type=Path, metavar="FILE", help="callers must show a certificate signed by it (mTLS)")
    add(
        "--token-file", type=Path, metavar="FILE", help="bearer token that callers must send (or env OMNI_ENGINE_TOKEN)"
    )
    add("--address-file", type=Path, metavar="FILE", help='gets {"address", "pid"} once it serves')
    add("--parent-pid", type=int, metavar="PID", help="end when this process is gone")
    add("--no-judge", action="store_true", help="offer no trial judge")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM, SIGINT or the parent's end. Exit codes: 0 ended cleanly, 2 cannot start as asked."""
    options = parser().parse_args(arguments)
    # Threads that spin at barriers starve each other where cores are shared; this must be said before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    map_large_tensors()
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="omni-engine: %(levelname)s %(name)s: %(message)s"
    )
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        address = parse_address(options.listen)
        credentials = read_credentials(options.token_file, options.tls_cert, options.tls_key, options.tls_ca)
        check_reach(address, credentials)
        from omni_engine.compose import compose  # torch takes seconds to import; a refusal should not

        server = compose(options, address, credentials)
    except SetupError as error:
        print(f"omni-engine: {error}", file=sys.stderr)
        return 2
    server.announce()
    ended.wait()
    server.stop(_GRACE_S)
    sys.stderr.flush()
    # A thread deep in arithmetic would hold up an ordinary exit.
    os._exit(0)


def _default_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "omni-thinker" / "models"
