"""The summed gradients of one optimizer step, a chunk at a time; a chunk is added whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel

from omni_engine.errors import EngineError
from omni_engine.heap import trim_heap
from omni_engine.training.bucket_norms import BucketNorms, bucket_norms
from omni_engine.training.datum import Datum, LossSettings
from omni_engine.training.flat import FlatTensors
from omni_engine.training.forward import trained_logprobs
from omni_engine.training.loss import datum_loss
from omni_engine.training.packing import Row, pack
from omni_engine.training.tally import ChunkReport, Tally

# Tokens of a packed row: 1.4 MB of activations each in SmolLM2-135M. Part of what bit-for-bit equality depends on.
TOKEN_BUDGET = 768


@dataclass(frozen=True)
class _Chunk:
    """What was summed, kept so that the sums can be made again; `bucket` None where it is not kept apart."""

    datums: Sequence[Datum]
    settings: LossSettings
    bucket: str | None


class GradientSums:
    """Sums ∇ Σ weight · loss over chunks. `model` is the policy, always in evaluation mode (no dropout).

    A chunk adds straight to the sums, so that nothing of their size lies beside them. One that fails half-way leaves them
    void, and they are made again from the earlier chunks before they are next needed: the same operations, the same bits.
    `reference` returns the frozen base model; it is called only for chunks with β > 0.
    """

    def __init__(
        self, model: PreTrainedModel, reference: Callable[[], PreTrainedModel], token_budget: int = TOKEN_BUDGET
    ) -> None:
        self._model = model
        self._reference = reference
        self._token_budget = token_budget
        self._chunks: list[_Chunk] = []
        self._void = False
        self._sums: dict[str | None, FlatTensors] = {}

    @property
    def parameters(self) -> list[torch.nn.Parameter]:
        """The trained tensors in the order of their names, tied ones once."""
        return [parameter for _, parameter in sorted(self._model.named_parameters())]

    def add(
        self,
        datums: Sequence[Datum],
        settings: LossSettings,
        should_stop: Callable[[], bool] = lambda: False,
        bucket: str | None = None,
    ) -> ChunkReport:
        """Forward and backward over `datums`; adds their gradients to the sums, or to those of `bucket`.

        Each bucket that is kept apart costs the memory of the weights once more. Raises EngineError internal for a loss or
        gradient that is not finite, or after `should_stop`; then the sums are what they were.
        """
        started = time.monotonic()
        self._mend(should_stop)
        chunk = _Chunk(datums, settings, bucket)
        self._void = True
        tally = self._accumulate(chunk, should_stop)
        self._void = False
        self._chunks.append(chunk)
        tokens = sum(len(datum.trained) for datum in datums)
        return tally.report(sum(datum.weight for datum in datums), tokens, time.monotonic() - started)

    def sums(self) -> list[torch.Tensor]:
        """The sums over all buckets in the order of `parameters`, zero where nothing was added; joins the buckets."""
        self._mend(lambda: False)
        first, *others = list(self._sums.values()) or [FlatTensors(self.parameters)]
        for other in others:
            for total, part in zip(first.buffers, other.buffers, strict=True):
                total.add_(part)
        self._sums = {None: first}
        return first.views

    def norms(self) -> BucketNorms:
        """L2 norms and cosines of the buckets that were kept apart, in the order of their first chunks."""
        self._mend(lambda: False)
        return bucket_norms({bucket: sums.buffers for bucket, sums in self._sums.items() if bucket is not None})

    def drop(self) -> None:
        """Forgets the sums."""
        self._sums, self._chunks, self._void = {}, [], False

    def _mend(self, should_stop: Callable[[], bool]) -> None:
        if not self._void:
            return
        self._sums = {}
        for chunk in self._chunks:
            self._accumulate(chunk, should_stop)
        self._void = False

    def _accumulate(self, chunk: _Chunk, should_stop: Callable[[], bool]) -> Tally:
        """Adds to the sums of the chunk's bucket; where that fails nothing is left of any."""
        tally = Tally()
        rows = pack([datum for datum in chunk.datums if datum.needs_pass(chunk.settings)], self._token_budget)
        if not rows and chunk.bucket is None:
            return tally
        sums = self._sums.get(chunk.bucket) or FlatTensors(self.parameters)
        for parameter, view in zip(self.parameters, sums.views, strict=True):
            parameter.grad = view
        try:
            for row in rows:
                if should_stop():
                    raise EngineError("internal", "the call was cancelled; nothing was added, send the chunk again")
                self._backward(row, chunk.settings, tally)
                trim_heap()
            if not all(bool(torch.isfinite(buffer.sum())) for buffer in sums.buffers):
                raise EngineError(
                    "internal",
                    "a gradient is not finite; nothing was added. Lower the learning rate, or load a checkpoint",
                )
            self._sums[chunk.bucket] = sums
        except BaseException:
            self._sums = {}
            raise
        finally:
            self._model.zero_grad(set_to_none=True)
        return tally

    def _backward(self, row: Row, settings: LossSettings, tally: Tally) -> None:
        temperature = settings.temperature if settings.kind == "policy_gradient" else 1.0
        references: Sequence[torch.Tensor | None] = [None] * len(row.datums)
        if settings.kind == "policy_gradient" and settings.kl_coefficient > 0:
            with torch.no_grad():
                reference, _ = trained_logprobs(self._reference(), row, temperature)
            references = reference.split(list(row.splits))
        logprobs, entropies = trained_logprobs(self._model, row, temperature)
        results = []
        for datum, own, reference in zip(row.datums, logprobs.split(list(row.splits)), references, strict=True):
            result = datum_loss(own, reference, datum, settings)
            if not bool(torch.isfinite(result.loss)):
                raise EngineError(
                    "internal",
                    f"the loss of datum {datum.datum_id!r} is not finite; nothing was added. Check its old log-probs, lower "
                    "the learning rate, or go back to an earlier checkpoint",
                )
            tally.add_datum(result)
            results.append(result.loss)
        tally.add_row(len(row.tokens), entropies)
        torch.stack(results).sum().backward()
