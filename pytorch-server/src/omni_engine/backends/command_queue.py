"""One worker thread that executes commands in the order they came; callers wait for their answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

import torch

from omni_engine.backends.backend import Backend
from omni_engine.backends.commands import Command
from omni_engine.errors import EngineError

R = TypeVar("R")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Failure:
    error: EngineError


@dataclass
class _Job:
    command: Command[Any]
    streams: bool
    cancelled: threading.Event
    answers: SimpleQueue[Any] = field(default_factory=SimpleQueue)


_END = object()


class CommandQueue:
    """Feeds a backend; `run` and `stream` may be called from any thread."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="backend", daemon=True)
        self._thread.start()

    def run(self, command: Command[R], cancelled: threading.Event | None = None) -> R:
        """Waits for the answer. A command that is cancelled before its turn is not executed. Raises EngineError."""
        job = self._submit(command, False, cancelled)
        answer = job.answers.get()
        if isinstance(answer, _Failure):
            raise answer.error
        return answer

    def stream(self, command: Command[Iterator[R]], cancelled: threading.Event) -> Iterator[R]:
        """Yields the command's results as they are made; ends early once `cancelled` is set. Raises EngineError."""
        job = self._submit(command, True, cancelled)
        while (answer := job.answers.get()) is not _END:
            if isinstance(answer, _Failure):
                raise answer.error
            yield answer

    def close(self, timeout_s: float) -> bool:
        """Refuses what waits, stops what runs at its next unit of work; False if it has not stopped in time."""
        self._closing.set()
        self._jobs.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _submit(self, command: Command[Any], streams: bool, cancelled: threading.Event | None) -> _Job:
        job = _Job(command, streams, cancelled or threading.Event())
        if self._closing.is_set():
            raise EngineError("internal", "the engine is shutting down; start it again")
        self._jobs.put(job)
        return job

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._execute(job)
            except EngineError as error:
                job.answers.put(_Failure(error))
            except Exception as cause:
                job.answers.put(_Failure(_classify(cause)))

    def _execute(self, job: _Job) -> None:
        def should_stop() -> bool:
            return job.cancelled.is_set() or self._closing.is_set()

        if should_stop():
            raise EngineError("internal", "the call was cancelled before its turn; nothing was done")
        answer = self.backend.execute(job.command, should_stop)
        if not job.streams:
            job.answers.put(answer)
            return
        for part in answer:
            job.answers.put(part)
        job.answers.put(_END)


def _classify(cause: Exception) -> EngineError:
    text = str(cause)
    if isinstance(cause, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in text:
        return EngineError(
            "out_of_memory", "out of memory; send fewer or shorter sequences, or free memory on this machine"
        )
    log.error("unexpected failure", exc_info=cause)
    line = text.strip().splitlines()[0][:300] if text.strip() else ""
    return EngineError("internal", f"unexpected {type(cause).__name__}: {line} (the server's log has the trace)")
