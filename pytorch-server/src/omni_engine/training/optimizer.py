"""AdamW whose settings come with every step and whose state is plain named tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch.optim.adamw import adamw

from omni_engine.errors import EngineError
from omni_engine.training.flat import FlatTensors

_FIRST, _SECOND = "exp_avg", "exp_avg_sq"


@dataclass(frozen=True)
class AdamSettings:
    """One step's settings; `weight_decay` is decoupled, `grad_clip` an L2 norm (0 = off)."""

    lr: float
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    weight_decay: float = 0.0
    grad_clip: float = 0.0


@dataclass(frozen=True)
class StepNorms:
    """L2 norms: of the gradient after the divisor and before clipping, and of the change of the weights."""

    gradient: float
    update: float


class AdamW:
    """Loshchilov & Hutter's AdamW (arXiv:1711.05101), as torch.optim computes it, over named parameters."""

    def __init__(self, parameters: dict[str, torch.nn.Parameter]) -> None:
        self._parameters = dict(sorted(parameters.items()))
        self.steps = 0
        self._first: FlatTensors | None = None
        self._second: FlatTensors | None = None

    def step(self, gradients: Sequence[torch.Tensor], divisor: float, settings: AdamSettings) -> StepNorms:
        """Divides `gradients` (in the order of the names) by `divisor` in place, clips, and moves the weights.

        Raises EngineError internal where the norm is not finite; then nothing has changed.
        """
        norm = math.sqrt(sum(float(torch.linalg.vector_norm(g)) ** 2 for g in gradients)) / divisor
        if not math.isfinite(norm):
            raise EngineError(
                "internal", "the gradient norm is not finite; lower the learning rate or load a checkpoint"
            )
        clip = settings.grad_clip
        scale = (clip / norm if 0 < clip < norm else 1.0) / divisor
        self.steps += 1
        moved = 0.0
        with torch.no_grad():
            for parameter, gradient, *moments in zip(
                self._parameters.values(), gradients, *self._moments(), strict=True
            ):
                before = parameter.detach().clone()
                self._move(parameter, gradient.mul_(scale), moments, settings)
                moved += float(torch.linalg.vector_norm(before.sub_(parameter))) ** 2
        return StepNorms(norm, math.sqrt(moved))

    def _moments(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """First and second moments in the order of the names; zeros before the first step."""
        like = list(self._parameters.values())
        self._first, self._second = self._first or FlatTensors(like), self._second or FlatTensors(like)
        return self._first.views, self._second.views

    def _move(
        self, parameter: torch.Tensor, gradient: torch.Tensor, moments: list[torch.Tensor], settings: AdamSettings
    ) -> None:
        first, second = moments
        adamw(
            [parameter],
            [gradient],
            [first],
            [second],
            [],
            [torch.tensor(float(self.steps - 1), device=parameter.device)],
            fused=True,  # one pass over memory; ten times cheaper on a CPU
            amsgrad=False,
            beta1=settings.beta1,
            beta2=settings.beta2,
            lr=settings.lr,
            weight_decay=settings.weight_decay,
            eps=settings.eps,
            maximize=False,
        )

    def state(self) -> dict[str, torch.Tensor]:
        """Moments by "exp_avg/<parameter>" and "exp_avg_sq/<parameter>"; empty before the first step."""
        if self.steps == 0:
            return {}
        first, second = self._moments()
        names = self._parameters
        return {f"{_FIRST}/{name}": moment for name, moment in zip(names, first, strict=True)} | {
            f"{_SECOND}/{name}": moment for name, moment in zip(names, second, strict=True)
        }

    def forget(self) -> None:
        """Begins anew: no moments, no steps."""
        self.steps, self._first, self._second = 0, None, None

    def restore(self, state: Mapping[str, torch.Tensor], steps: int) -> None:
        """Takes a copy of the moments and the count of steps that `state` gave; an empty state is a fresh optimizer.

        Raises EngineError weights_missing where a moment is missing, too many or of another shape; then nothing changes.
        """
        wanted = {f"{kind}/{name}": own.shape for kind in (_FIRST, _SECOND) for name, own in self._parameters.items()}
        if state and {key: moment.shape for key, moment in state.items()} != wanted:
            raise EngineError("weights_missing", "the checkpoint's optimizer is not of this model; load another")
        self.steps, self._first, self._second = steps, None, None
        if not state:
            return
        for kind, moments in zip((_FIRST, _SECOND), self._moments(), strict=True):
            for name, moment in zip(self._parameters, moments, strict=True):
                moment.copy_(state[f"{kind}/{name}"])
