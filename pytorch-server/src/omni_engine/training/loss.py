"""The loss of one datum: method.md §2, paper eq. 2–5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from omni_engine.training.datum import Datum, LossSettings


@dataclass(frozen=True)
class DatumLoss:
    """weight · loss of one datum, and per trained token (N,) what the metrics are made of (detached)."""

    loss: torch.Tensor  # scalar, with gradient
    ratios: torch.Tensor
    clipped_low: torch.Tensor  # bool
    clipped_high: torch.Tensor  # bool
    kl: torch.Tensor
    logprob_diffs: torch.Tensor  # |log π_θ − old|


def datum_loss(
    logprobs: torch.Tensor, reference: torch.Tensor | None, datum: Datum, settings: LossSettings
) -> DatumLoss:
    """−objective of `datum` given its log-probs (N,), and those of the reference (N,) where β > 0.

    Per token −(min(ρA, clip(ρ, 1−ε_low, 1+ε_high)A) − β·k3), or −log π for cross-entropy; then the mean or the sum over
    the trained tokens; then `weight`. With level "sequence" ρ is the geometric mean over the tokens (GSPO, eq. 7).
    """
    if settings.kind == "cross_entropy":
        nothing = torch.zeros_like(logprobs, requires_grad=False)
        never = nothing.bool()
        loss = _aggregate(-logprobs, settings) * datum.weight
        return DatumLoss(loss, nothing + 1, never, never, nothing, nothing)
    old, advantages = _like(datum.old_logprobs, logprobs), _like(datum.advantages, logprobs)
    log_ratios = logprobs - old
    if settings.level == "sequence":
        log_ratios = log_ratios.mean().expand_as(logprobs)
    ratios = log_ratios.exp()
    low, high = 1 - settings.clip_low, 1 + settings.clip_high
    objective = torch.minimum(ratios * advantages, ratios.clamp(low, high) * advantages)
    kl = torch.zeros_like(logprobs, requires_grad=False)
    if reference is not None:
        kl = k3(logprobs, reference)
        objective = objective - settings.kl_coefficient * kl
    fixed = ratios.detach()
    return DatumLoss(
        _aggregate(-objective, settings) * datum.weight,
        fixed,
        (fixed < low) & (advantages < 0),
        (fixed > high) & (advantages > 0),
        kl.detach(),
        (logprobs.detach() - old).abs(),
    )


def k3(logprobs: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """π_ref/π_θ − log(π_ref/π_θ) − 1: an estimate of KL(π_θ ‖ π_ref) that is never negative."""
    log_ratio = reference - logprobs
    return log_ratio.exp() - log_ratio - 1


def _aggregate(losses: torch.Tensor, settings: LossSettings) -> torch.Tensor:
    return losses.mean() if settings.aggregation == "sequence_mean" else losses.sum()


def _like(values: np.ndarray, logprobs: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.array(values)).to(logprobs.device, logprobs.dtype)
