"""Names of checkpoints: never paths."""

from __future__ import annotations

import re
from pathlib import Path

from omni_engine.errors import EngineError

_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_LONGEST = 200


def resolve(root: Path, name: str) -> Path:
    """The folder that `name` stands for below `root`, which is there or not. Raises EngineError path_refused."""
    parts = name.split("/")
    if len(name) > _LONGEST or not _NAME.fullmatch(name) or any(".." in part or part == "." for part in parts):
        raise EngineError(
            "path_refused",
            f"checkpoint name {name[:80]!r} is refused; use letters, digits, '.', '_', '-' and '/' between parts, no '..'",
        )
    folder = root / name
    if not folder.resolve().is_relative_to(root.resolve()):
        raise EngineError(
            "path_refused", f"checkpoint {name!r} leads out of --checkpoint-root through a link; remove it"
        )
    return folder
