"""Which calls of a training step have been made: the laws that keep a retry from training twice.

The same (step_id, chunk_seq, digest) again gets the earlier answer; a gap, or the same position with another digest, is
refused. Pure: it holds digests and answers, never a tensor.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from omni_engine.errors import EngineError

Chunk = TypeVar("Chunk")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class StepPosition:
    """Step of the proto: a call's place in its optimizer step, and the SHA-256 of its content."""

    step_id: str
    chunk_seq: int
    digest: bytes


@dataclass
class _Record(Generic[Chunk, Outcome]):
    step_id: str
    digests: list[bytes] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    outcome: Outcome | None = None  # set when the optimizer step is done
    outcome_digest: bytes = b""


class StepLedger(Generic[Chunk, Outcome]):
    """The open step of one session and the last one done."""

    def __init__(self) -> None:
        self._open: _Record[Chunk, Outcome] | None = None
        self._done: _Record[Chunk, Outcome] | None = None

    @property
    def open_step(self) -> str | None:
        """The name of the open step."""
        return self._open.step_id if self._open else None

    @property
    def digests(self) -> list[bytes]:
        """Digests of the chunks summed in the open step, in order."""
        return list(self._open.digests) if self._open else []

    def earlier_chunk(self, position: StepPosition) -> Chunk | None:
        """The answer that this chunk got before, or None where it is the next one to compute.

        Raises EngineError sequence_gap, digest_mismatch or session_lost.
        """
        record = self._find(position)
        if record is None:
            return None
        if position.chunk_seq < len(record.digests):
            _same(position, record.digests[position.chunk_seq])
            return record.chunks[position.chunk_seq]
        if record.outcome is not None:
            raise EngineError("sequence_gap", f"step {position.step_id!r} is done; use a new step_id")
        _next(position, len(record.digests))
        return None

    def add_chunk(self, position: StepPosition, answer: Chunk) -> None:
        """Records a chunk that `earlier_chunk` had let through."""
        if self._open is None:
            self._open = _Record(position.step_id)
        self._open.digests.append(position.digest)
        self._open.chunks.append(answer)

    def earlier_outcome(self, position: StepPosition, chunk_digests: Sequence[bytes]) -> Outcome | None:
        """The answer that this optimizer step got before, or None where it is to be made.

        Raises EngineError sequence_gap, digest_mismatch or session_lost.
        """
        record = self._find(position)
        if record is not None and record.outcome is not None:
            if position.chunk_seq != len(record.digests):
                raise EngineError("sequence_gap", f"step {position.step_id!r} is done; use a new step_id")
            _same(position, record.outcome_digest)
            return record.outcome
        summed = record.digests if record else []
        _next(position, len(summed))
        if list(chunk_digests) != summed:
            raise EngineError(
                "digest_mismatch",
                f"step {position.step_id!r}: chunk_digests differ from the {len(summed)} chunks summed here; "
                "call DiscardGradients and send the step again",
            )
        return None

    def close(self, position: StepPosition, outcome: Outcome) -> None:
        """Records an optimizer step that `earlier_outcome` had let through."""
        record = self._open or _Record(position.step_id)
        record.outcome, record.outcome_digest = outcome, position.digest
        self._open, self._done = None, record

    def discard(self, step_id: str) -> int:
        """Forgets the open step if it has that name; returns how many chunks it had."""
        if self._open is None or self._open.step_id != step_id:
            return 0
        chunks = len(self._open.digests)
        self._open = None
        return chunks

    def _find(self, position: StepPosition) -> _Record[Chunk, Outcome] | None:
        if self._open and self._open.step_id == position.step_id:
            return self._open
        if self._done and self._done.step_id == position.step_id:
            return self._done
        if self._open:
            raise EngineError(
                "sequence_gap",
                f"step {self._open.step_id!r} is open with {len(self._open.digests)} chunks; finish it with OptimStep or "
                f"drop it with DiscardGradients before {position.step_id!r}",
            )
        if position.chunk_seq > 0:
            raise EngineError(
                "session_lost" if self._done is None else "sequence_gap",
                f"no chunk of step {position.step_id!r} is summed here; send it again from chunk 0",
            )
        return None


def optim_digest(chunk_digests: Sequence[bytes], divisor: float) -> bytes:
    """SHA-256 over the concatenated chunk digests, then `divisor` as float64 LE."""
    return hashlib.sha256(b"".join(chunk_digests) + struct.pack("<d", divisor)).digest()


def _same(position: StepPosition, digest: bytes) -> None:
    if position.digest != digest:
        raise EngineError(
            "digest_mismatch",
            f"step {position.step_id!r}, chunk_seq {position.chunk_seq}: sent before with other content; use a new step_id",
        )


def _next(position: StepPosition, expected: int) -> None:
    if position.chunk_seq != expected:
        raise EngineError(
            "sequence_gap", f"step {position.step_id!r}: chunk_seq {position.chunk_seq} came where {expected} was due"
        )
