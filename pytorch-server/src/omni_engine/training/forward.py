"""A packed row through the model: log-probs and entropies at its trained tokens, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from transformers import PreTrainedModel

from omni_engine.training.packing import Row
from omni_engine.training.recompute import cheap_activations_recomputed

# Logits kept at once (32 MB of float32). More are made again in the backward pass instead of being kept.
LOGITS_AT_ONCE = 2**23

Scorer = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def trained_logprobs(
    model: PreTrainedModel, row: Row, temperature: float, logits_at_once: int = LOGITS_AT_ONCE
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probs of the M trained tokens under the untruncated softmax(logits / T), and entropies in nats at T = 1.

    Both (M,), float32 or wider. Gradients flow through the log-probs only.
    """
    device, dtype = model.device, model.dtype
    with cheap_activations_recomputed(model) if torch.is_grad_enabled() else nullcontext():
        hidden_LD = model.base_model(
            input_ids=torch.from_numpy(row.tokens)[None].to(device),
            position_ids=torch.from_numpy(row.positions)[None].to(device),
            attention_mask=row.attention_mask(dtype, device),
            use_cache=False,
        ).last_hidden_state[0]
    hidden_MD = hidden_LD[torch.from_numpy(row.sources).to(device)]
    targets = torch.from_numpy(row.targets).to(device)
    head = model.get_output_embeddings()
    assert isinstance(head, torch.nn.Linear)  # check_trainable saw to it

    def score(hidden: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = head(hidden)
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        # The entropy comes last: a checkpoint's second run stops once the backward pass has what it needs.
        logprobs = -F.cross_entropy(logits if temperature == 1 else logits / temperature, target, reduction="none")
        return logprobs, _entropy(logits.detach())

    size = max(1, logits_at_once // head.weight.shape[0])
    pieces = list(zip(hidden_MD.split(size), targets.split(size), strict=True))
    if len(pieces) == 1 or not torch.is_grad_enabled():
        scored = [score(*piece) for piece in pieces]
    else:
        scored = [_checkpointed(score, *piece) for piece in pieces]
    return torch.cat([logprobs for logprobs, _ in scored]), torch.cat([entropies for _, entropies in scored])


def _checkpointed(score: Scorer, hidden: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    made = checkpoint(score, hidden, target, use_reentrant=False, preserve_rng_state=False)
    assert isinstance(made, tuple)
    return made


def _entropy(logits: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        logprobs = logits.log_softmax(-1)
        return -logprobs.exp().mul_(logprobs).sum(-1)
