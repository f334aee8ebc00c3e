"""AdamW whose settings come with every step and whose state is plain named tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.optim.adamw import adamw

from omni_engine.errors import EngineError


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
        self._first: dict[str, torch.Tensor] = {}
        self._second: dict[str, torch.Tensor] = {}

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
            for (name, parameter), gradient in zip(self._parameters.items(), gradients, strict=True):
                before = parameter.detach().clone()
                self._move(name, parameter, gradient.mul_(scale), settings)
                moved += float(torch.linalg.vector_norm(before.sub_(parameter))) ** 2
        return StepNorms(norm, math.sqrt(moved))

    def _move(self, name: str, parameter: torch.Tensor, gradient: torch.Tensor, settings: AdamSettings) -> None:
        if name not in self._first:
            self._first[name], self._second[name] = torch.zeros_like(parameter), torch.zeros_like(parameter)
        adamw(
            [parameter],
            [gradient],
            [self._first[name]],
            [self._second[name]],
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
        first = {f"exp_avg/{name}": moment for name, moment in self._first.items()}
        return first | {f"exp_avg_sq/{name}": moment for name, moment in self._second.items()}

    def restore(self, state: dict[str, torch.Tensor], steps: int) -> None:
        """Takes the moments and the count of steps that `state` gave; an empty state is a fresh optimizer."""
        device = {name: parameter.device for name, parameter in self._parameters.items()}
        first = {name: state.get(f"exp_avg/{name}") for name in self._parameters}
        second = {name: state.get(f"exp_avg_sq/{name}") for name in self._parameters}
        self._first = {name: moment.to(device[name]) for name, moment in first.items() if moment is not None}
        self._second = {name: moment.to(device[name]) for name, moment in second.items() if moment is not None}
        self.steps = steps
