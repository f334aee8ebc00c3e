"""TIES merging (Yadav et al. 2023, arXiv:2306.01708, §4): trim, elect sign, disjoint mean."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def merge_ties(
    base: torch.Tensor, others: Sequence[torch.Tensor], weights: Sequence[float], density: float, scale: float
) -> torch.Tensor:
    """base + scale · disjoint mean of the trimmed changes `others` − base; all of one shape; sums are in float64.

    Each change keeps the `density` share of its entries of largest magnitude. An entry's sign is that of the weighted sum
    (+ where it is 0); the mean is over the weights of those that have it.
    """
    share = torch.tensor(weights, dtype=torch.float64, device=base.device).view(-1, *[1] * base.dim())
    changes = torch.stack([trim(other - base, density).double() for other in others]) * share
    elected = torch.where(changes.sum(0) >= 0, 1.0, -1.0)
    agreeing = changes.sign() == elected
    total = (changes * agreeing).sum(0)
    divisor = (share * agreeing).sum(0)
    return (base.double() + scale * total / divisor.masked_fill(divisor == 0, 1)).to(base.dtype)


def trim(change: torch.Tensor, density: float) -> torch.Tensor:
    """The ⌊density · size⌋ (at least one) entries of largest magnitude, zero elsewhere; of equal ones the first are kept."""
    flat = change.flatten()
    kept = max(1, int(density * flat.numel()))
    if kept >= flat.numel():
        return change
    sizes = flat.abs()
    bound = sizes.kthvalue(flat.numel() - kept + 1).values
    above, level = sizes > bound, sizes == bound
    fills = level.cumsum(0) <= kept - above.sum()
    return torch.where(above | (level & fills), flat, 0).view_as(change)
