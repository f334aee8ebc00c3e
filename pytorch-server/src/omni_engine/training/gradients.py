"""The summed gradients of one optimizer step, a chunk at a time; a chunk is added whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from transformers import PreTrainedModel

from omni_engine.errors import EngineError
from omni_engine.training.datum import Datum, LossSettings
from omni_engine.training.forward import trained_logprobs
from omni_engine.training.loss import datum_loss
from omni_engine.training.packing import Row, pack
from omni_engine.training.tally import ChunkReport, Tally

# Tokens of a packed row: 1.4 MB of activations each in SmolLM2-135M. Part of what bit-for-bit equality depends on.
TOKEN_BUDGET = 768


class GradientSums:
    """Sums ∇ Σ weight · loss over chunks. `model` is the policy, always in evaluation mode (no dropout).

    `reference` returns the frozen base model; it is called only for chunks with β > 0.
    """

    def __init__(
        self, model: PreTrainedModel, reference: Callable[[], PreTrainedModel], token_budget: int = TOKEN_BUDGET
    ) -> None:
        self._model = model
        self._reference = reference
        self._token_budget = token_budget
        self._sums: list[torch.Tensor] | None = None

    @property
    def parameters(self) -> list[torch.nn.Parameter]:
        """The trained tensors in the order of their names, tied ones once."""
        return [parameter for _, parameter in sorted(self._model.named_parameters())]

    def add(
        self, datums: Sequence[Datum], settings: LossSettings, should_stop: Callable[[], bool] = lambda: False
    ) -> ChunkReport:
        """Forward and backward over `datums`; adds their gradients to the sums.

        Raises EngineError internal for a loss or gradient that is not finite, or after `should_stop`; then the sums are
        what they were.
        """
        started = time.monotonic()
        tally = Tally()
        self._model.zero_grad(set_to_none=True)
        try:
            for row in pack([datum for datum in datums if datum.needs_pass(settings)], self._token_budget):
                if should_stop():
                    raise EngineError("internal", "the call was cancelled; nothing was added, send the chunk again")
                self._backward(row, settings, tally)
            self._merge()
        finally:
            self._model.zero_grad(set_to_none=True)
        tokens = sum(len(datum.trained) for datum in datums)
        return tally.report(sum(datum.weight for datum in datums), tokens, time.monotonic() - started)

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

    def _merge(self) -> None:
        made = [parameter.grad for parameter in self.parameters]
        if not all(grad is None or bool(torch.isfinite(grad.sum())) for grad in made):
            raise EngineError(
                "internal", "a gradient is not finite; nothing was added. Lower the learning rate, or load a checkpoint"
            )
        if all(grad is None for grad in made):
            return
        if self._sums is None:
            self._sums = [
                torch.zeros_like(parameter) if grad is None else grad
                for parameter, grad in zip(self.parameters, made, strict=True)
            ]
            return
        for total, grad in zip(self._sums, made, strict=True):
            if grad is not None:
                total.add_(grad)

    def sums(self) -> list[torch.Tensor]:
        """The sums in the order of `parameters`, zero where nothing was added."""
        return self._sums or [torch.zeros_like(parameter) for parameter in self.parameters]

    def drop(self) -> None:
        """Forgets the sums."""
        self._sums = None
