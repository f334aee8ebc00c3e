"""The verify workers' messages: three frames, ``OW1``, a letter, a JSON object (docs/workers.md of the project)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

PROTOCOL = b"OW1"
MAX_FRAME_BYTES = 1 << 20
_MAX_SAFE = (1 << 53) - 1


@dataclass(frozen=True)
class Job:
    """A job as the control plane gives it; ``deadline_ms`` counts from its start."""

    id: int
    kind: str
    deadline_ms: int
    input: Any


def frames(letter: bytes, body: dict[str, Any]) -> list[bytes]:
    """A message. Raises ValueError for what JSON cannot say (NaN, too large), TypeError for what is no JSON value."""
    text = json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MAX_FRAME_BYTES:
        raise ValueError(f"larger than {MAX_FRAME_BYTES} bytes")
    return [PROTOCOL, letter, text]


def read(parts: Sequence[bytes]) -> tuple[bytes, dict[str, Any]] | None:
    """Letter and body of a message; None for what is no message of this version."""
    if len(parts) != 3 or parts[0] != PROTOCOL or parts[1] not in (b"W", b"R", b"Q", b"J", b"P", b"B"):
        return None
    try:
        body = json.loads(parts[2])
    except (ValueError, RecursionError):
        return None
    return (parts[1], body) if isinstance(body, dict) else None


def read_job(body: dict[str, Any]) -> Job | None:
    """The job of a message ``J``; None if a field is missing or of another type."""
    number, kind, deadline_ms = body.get("id"), body.get("kind"), body.get("deadlineMs")
    if not _is_count(number, _MAX_SAFE) or not isinstance(kind, str) or not _is_count(deadline_ms, 86_400_000):
        return None
    return Job(number, kind, deadline_ms, body["input"]) if "input" in body else None


def _is_count(value: Any, most: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
