"""A tiny random Llama in float64, and batches over it that reach every branch of the loss."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from omni_engine.training import Datum

VOCABULARY = 29


def tiny_model(seed: int, dtype: torch.dtype = torch.float64, scale: float = 0.3) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config)
    model.to(dtype=dtype)  # pyright: ignore[reportCallIssue]
    model.eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, weight in sorted(model.named_parameters()):
            noise = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
            weight.copy_((weight.dim() == 1) + scale * noise)
    for module in model.modules():
        if isinstance(module, LlamaRMSNorm):
            module.forward = partial(norm, module)  # pyright: ignore[reportAttributeAccessIssue]
    return model


def norm(module: LlamaRMSNorm, hidden: torch.Tensor) -> torch.Tensor:
    """LlamaRMSNorm without its cast to float32, which would drown finite differences."""
    variance = hidden.pow(2).mean(-1, keepdim=True)
    return module.weight * (hidden * torch.rsqrt(variance + module.variance_epsilon))


def plain_logprobs(model, datum: Datum, temperature: float) -> list[torch.Tensor]:
    """Log-probs of the trained tokens, one forward pass a datum, no packing, one token at a time."""
    logits_TV = model(input_ids=torch.from_numpy(datum.tokens.astype(np.int64))[None]).logits[0]
    found = []
    for position in range(len(datum.tokens)):
        if datum.mask[position]:
            scaled_V = logits_TV[position - 1] / temperature
            found.append(scaled_V[int(datum.tokens[position])] - torch.logsumexp(scaled_V, 0))
    return found


def batch(model, temperature: float = 1.0, per_token: bool = False, seed: int = 0) -> list[Datum]:
    """Two groups of four and two loners: unequal lengths, ratios on both sides of both bounds, both signs of A."""
    random = np.random.default_rng(seed)
    datums = []
    for group, prompt_length in (("g0", 5), ("g1", 9), ("", 3), ("", 4)):
        prompt = random.integers(0, VOCABULARY, prompt_length)
        for member in range(4 if group else 1):
            length = int(random.integers(1, 16))
            tokens = np.concatenate([prompt, random.integers(0, VOCABULARY, length)]).astype(np.int32)
            mask = np.arange(len(tokens)) >= prompt_length
            if member == 3:  # two turns: tokens of the environment in between, and after the last trained one
                mask[prompt_length + length // 2] = length < 3
                mask[-1] = length < 3
            trained = int(mask.sum())
            datum = Datum(f"{group}/{prompt_length}/{member}", tokens, mask)
            with torch.no_grad():
                now = np.array([float(logprob) for logprob in plain_logprobs(model, datum, temperature)])
            sign = -1.0 if member % 2 else 1.0
            advantages = random.normal(size=trained) if per_token else np.array([sign * (0.5 + random.random())])
            datums.append(
                Datum(
                    datum.datum_id,
                    tokens,
                    mask,
                    (now + random.normal(scale=0.5, size=trained)).astype(np.float32),
                    advantages.astype(np.float32),
                    float(0.25 + random.random()),
                    group,
                )
            )
    return datums
