"""What training takes: one sequence with what is known of it, and the loss to put on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LossSettings:
    """The loss of one chunk; LossConfig of the proto, checked."""

    kind: Literal["policy_gradient", "cross_entropy"]
    clip_low: float = 0.2  # ratio floor 1 − ε_low
    clip_high: float = 0.2
    kl_coefficient: float = 0.0  # β
    level: Literal["token", "sequence"] = "token"
    aggregation: Literal["sequence_mean", "token_sum"] = "sequence_mean"
    temperature: float = 1.0  # T of ρ and KL


@dataclass(frozen=True)
class Datum:
    """One sequence of T tokens, N of which are trained."""

    datum_id: str
    tokens: NDArray[np.int32]  # (T,) prompt and completion
    mask: NDArray[np.bool_]  # (T,) trained; mask[0] is False and at least one is True
    old_logprobs: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))  # (N,), or (0,) for SFT
    advantages: NDArray[np.float32] = field(default_factory=lambda: np.ones(1, np.float32))  # (N,) or (1,) for all
    weight: float = 1.0
    prefix_group: str = ""  # equal and not empty: datums that share their prompt

    @property
    def trained(self) -> NDArray[np.intp]:
        """Positions of the trained tokens, ascending: (N,)."""
        return np.flatnonzero(self.mask)

    def needs_pass(self, loss: LossSettings) -> bool:
        """False where the gradient is zero whatever the model says: no weight, or no advantage and no KL."""
        if self.weight == 0:
            return False
        return loss.kind == "cross_entropy" or loss.kl_coefficient > 0 or bool(np.any(self.advantages != 0))
