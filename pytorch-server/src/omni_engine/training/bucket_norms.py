"""How the gradients of buckets (tasks) lie to one another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

_PIECE = 2**20


@dataclass(frozen=True)
class BucketNorms:
    """GradientNormsResponse of the proto: L2 norms of summed gradients before any divisor, and cosines row-major."""

    buckets: tuple[str, ...]
    norms: tuple[float, ...]
    cosines: tuple[float, ...]  # 0 beside a bucket without gradient


def bucket_norms(gradients: Mapping[str, Sequence[torch.Tensor]]) -> BucketNorms:
    """Norms and pairwise cosines of gradients (each given as its buffers), summed in float64."""
    names = tuple(gradients)
    dots = [[_dot(gradients[one], gradients[other]) for other in names] for one in names]
    norms = [math.sqrt(dots[index][index]) for index in range(len(names))]
    cosines = [
        max(-1.0, min(1.0, dot / (norms[row] * norms[column]))) if norms[row] and norms[column] else 0.0
        for row, line in enumerate(dots)
        for column, dot in enumerate(line)
    ]
    return BucketNorms(names, tuple(norms), tuple(cosines))


def _dot(one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> float:
    """In pieces, so that no float64 copy of the whole is made."""
    pieces = (
        pair
        for mine, theirs in zip(one, other, strict=True)
        for pair in zip(mine.split(_PIECE), theirs.split(_PIECE), strict=True)
    )
    return math.fsum(float(torch.dot(a.double(), b.double())) for a, b in pieces)
