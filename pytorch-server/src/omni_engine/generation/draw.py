"""From logits to tokens: truncation, inverse-CDF draws, log-probabilities and entropy."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from omni_engine.generation.request import Sampling

TOP_P_CANDIDATES = 1024


class Draw(NamedTuple):
    """One token a row, its log-probability (untruncated, at T), its distribution's entropy (nats, T = 1)."""

    tokens_R: Tensor
    logprobs_R: Tensor
    entropies_R: Tensor


def uniforms(seed: int, count: int) -> Tensor:
    """The member's own random numbers in [0, 1), float64 on the CPU; the t-th one draws its t-th token."""
    return torch.rand(count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def draw(logits_RV: Tensor, uniforms_R: Tensor, sampling: Sampling) -> Draw:
    """Draws a token a row; each row depends on its own logits and its own uniform number only."""
    logits_RV = logits_RV.float()
    logprobs_RV = logits_RV.log_softmax(-1)
    entropies_R = -(logprobs_RV.exp() * logprobs_RV).sum(-1)
    if sampling.temperature == 0:
        tokens_R = logits_RV.argmax(-1)
    else:
        if sampling.temperature != 1:
            logprobs_RV = (logits_RV / sampling.temperature).log_softmax(-1)
        tokens_R = invert(logprobs_RV, uniforms_R, sampling)
    return Draw(tokens_R, logprobs_RV.gather(-1, tokens_R[:, None])[:, 0], entropies_R)


def invert(logprobs_RV: Tensor, uniforms_R: Tensor, sampling: Sampling) -> Tensor:
    """Inverse-CDF draw from the distribution that top-k, then top-p, leave."""
    vocabulary_size = logprobs_RV.shape[-1]
    if sampling.top_k == 0 and sampling.top_p == 1:
        return pick(logprobs_RV.exp(), uniforms_R)
    width = min(sampling.top_k or TOP_P_CANDIDATES, vocabulary_size)
    kept_RK, tokens_RK = logprobs_RV.topk(width, dim=-1)
    if sampling.top_k == 0 and bool((kept_RK.exp().sum(-1) < sampling.top_p).any()):
        kept_RK, tokens_RK = logprobs_RV.sort(dim=-1, descending=True)
    probs_RK = kept_RK.double().exp()
    if sampling.top_p < 1:
        if sampling.top_k:
            probs_RK = probs_RK / probs_RK.sum(-1, keepdim=True)
        above_RK = probs_RK.cumsum(-1) - probs_RK
        probs_RK = probs_RK.masked_fill(above_RK >= sampling.top_p, 0)
    return tokens_RK.gather(-1, pick(probs_RK, uniforms_R)[:, None])[:, 0]


def pick(weights_RN: Tensor, uniforms_R: Tensor) -> Tensor:
    """The index in each row where the running sum of its weights first exceeds uniform × total.

    The last index of positive weight where rounding leaves none.
    """
    sums_RN = weights_RN.cumsum(-1, dtype=torch.float64)
    targets_R1 = (uniforms_R * sums_RN[:, -1])[:, None]
    last_R1 = torch.searchsorted(sums_RN, sums_RN[:, -1:].contiguous())
    return torch.minimum(torch.searchsorted(sums_RN, targets_R1, right=True), last_R1)[:, 0]
