"""EngineError ↔ gRPC: a status, the machine code as trailing metadata `omni-code`, and the message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn

import grpc

from omni_engine.errors import EngineError, ErrorCode

log = logging.getLogger(__name__)

STATUS: dict[ErrorCode, grpc.StatusCode] = {
    "unknown_model": grpc.StatusCode.NOT_FOUND,
    "model_exists": grpc.StatusCode.ALREADY_EXISTS,
    "not_loaded": grpc.StatusCode.FAILED_PRECONDITION,
    "bad_request": grpc.StatusCode.INVALID_ARGUMENT,
    "sequence_gap": grpc.StatusCode.FAILED_PRECONDITION,
    "digest_mismatch": grpc.StatusCode.FAILED_PRECONDITION,
    "session_lost": grpc.StatusCode.FAILED_PRECONDITION,
    "out_of_memory": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "disk_full": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "weights_missing": grpc.StatusCode.FAILED_PRECONDITION,
    "unsafe_checkpoint": grpc.StatusCode.FAILED_PRECONDITION,
    "not_found": grpc.StatusCode.NOT_FOUND,
    "path_refused": grpc.StatusCode.INVALID_ARGUMENT,
    "unimplemented": grpc.StatusCode.UNIMPLEMENTED,
    "unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "version_mismatch": grpc.StatusCode.FAILED_PRECONDITION,
    "internal": grpc.StatusCode.INTERNAL,
}


def abort(context: grpc.ServicerContext, error: EngineError) -> NoReturn:
    """Ends the call with `error`."""
    context.set_trailing_metadata((("omni-code", error.code),))
    context.abort(STATUS[error.code], " ".join(error.message.split()))
    raise AssertionError("abort returns never")


def answers(method: Callable[..., Any]) -> Callable[..., Any]:
    """A unary-response method whose EngineError ends the call with its status."""

    @wraps(method)
    def wrapped(self: object, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except EngineError as error:
            abort(context, error)
        except Exception as cause:
            abort(context, _unexpected(cause))

    return wrapped


def streams(method: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """A streaming method whose EngineError ends the call with its status."""

    @wraps(method)
    def wrapped(self: object, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        try:
            yield from method(self, request, context)
        except EngineError as error:
            abort(context, error)
        except Exception as cause:
            abort(context, _unexpected(cause))

    return wrapped


def cancellation(context: grpc.ServicerContext) -> threading.Event:
    """An event that is set once the caller has gone or the deadline has passed."""
    cancelled = threading.Event()
    if not context.add_callback(cancelled.set):
        cancelled.set()
    return cancelled


def _unexpected(cause: Exception) -> EngineError:
    log.error("unexpected failure", exc_info=cause)
    return EngineError("internal", f"unexpected {type(cause).__name__} (the server's log has the trace)")
