"""The contract between the gRPC servicers and whatever holds the tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from omni_engine.backends.commands import Command

R = TypeVar("R")


@dataclass(frozen=True)
class BackendFacts:
    """What a backend says of itself in GetCapabilities."""

    name: str
    device: str
    threads: int
    roles: tuple[str, ...]
    features: tuple[str, ...]
    builtin_models: tuple[str, ...]


class Backend(Protocol):
    """Executes commands, called from one thread only."""

    @property
    def facts(self) -> BackendFacts:
        """Read from any thread."""
        ...

    def execute(self, command: Command[R], should_stop: Callable[[], bool]) -> R:
        """Answers `command`. An iterator that it returns is consumed on the same thread before the next command.

        `should_stop` is asked between units of work; once it says yes nobody waits for the answer, and no change is
        kept. Raises EngineError.
        """
        ...
