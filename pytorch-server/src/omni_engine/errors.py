"""The one error that leaves the engine's inner rooms; the servicer maps its code to a gRPC status."""

from __future__ import annotations

from typing import Literal

ErrorCode = Literal[
    "unknown_model",
    "model_exists",
    "not_loaded",
    "bad_request",
    "sequence_gap",
    "digest_mismatch",
    "session_lost",
    "out_of_memory",
    "disk_full",
    "weights_missing",
    "unsafe_checkpoint",
    "not_found",
    "path_refused",
    "unimplemented",
    "unauthenticated",
    "version_mismatch",
    "internal",
]


class EngineError(Exception):
    """A failure with a machine code (the `omni-code` list of engine.proto) and one line that names the remedy."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"


class ModelError(EngineError):
    """A model that cannot be loaded: unknown_model, weights_missing, unsafe_checkpoint, path_refused or disk_full."""
