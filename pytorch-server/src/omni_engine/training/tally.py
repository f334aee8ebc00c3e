"""What a chunk reports, added up over its rows."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from omni_engine.training.loss import DatumLoss


@dataclass(frozen=True)
class ChunkReport:
    """ForwardBackwardResponse of the proto. Means are over the trained tokens that went through the model."""

    loss_sum: float
    weight_sum: float
    tokens: int  # trained tokens, those of skipped datums included
    forward_tokens: int
    ratio_mean: float
    ratio_max: float
    clip_fraction_low: float
    clip_fraction_high: float
    kl_mean: float
    entropy_mean: float
    logprob_diff_mean: float
    logprob_diff_max: float
    seconds: float


class Tally:
    """Adds up losses and token statistics in float64, in the order of the rows."""

    def __init__(self) -> None:
        self.loss = self.ratio = self.low = self.high = self.kl = self.entropy = self.diff = 0.0
        self.ratio_max = self.diff_max = 0.0
        self.seen = self.forward_tokens = 0

    def add_datum(self, result: DatumLoss) -> None:
        """Adds one datum's loss and token statistics."""
        self.loss += float(result.loss.detach())
        self.ratio += _sum(result.ratios)
        self.low += _sum(result.clipped_low)
        self.high += _sum(result.clipped_high)
        self.kl += _sum(result.kl)
        self.diff += _sum(result.logprob_diffs)
        self.ratio_max = max(self.ratio_max, float(result.ratios.max()))
        self.diff_max = max(self.diff_max, float(result.logprob_diffs.max()))
        self.seen += len(result.ratios)

    def add_row(self, forward_tokens: int, entropies: torch.Tensor) -> None:
        """Adds what is known a row: tokens through the model, and the entropies (M,) of its trained tokens."""
        self.forward_tokens += forward_tokens
        self.entropy += _sum(entropies)

    def report(self, weight_sum: float, tokens: int, seconds: float) -> ChunkReport:
        """The chunk's report; all means are 0 where nothing went through the model."""
        seen = max(1, self.seen)
        return ChunkReport(
            loss_sum=self.loss,
            weight_sum=weight_sum,
            tokens=tokens,
            forward_tokens=self.forward_tokens,
            ratio_mean=self.ratio / seen,
            ratio_max=self.ratio_max,
            clip_fraction_low=self.low / seen,
            clip_fraction_high=self.high / seen,
            kl_mean=self.kl / seen,
            entropy_mean=self.entropy / seen,
            logprob_diff_mean=self.diff / seen,
            logprob_diff_max=self.diff_max,
            seconds=seconds,
        )


def _sum(values: torch.Tensor) -> float:
    return float(values.double().sum())
