"""Activations that cost little to make are made again in the backward pass instead of being kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, create_selective_checkpoint_contexts
from transformers.modeling_layers import GradientCheckpointingLayer

_aten = torch.ops.aten
# What takes time: matrix products and attention. Their results are kept; norms, rotations and activation functions between
# them are not.
KEPT = [
    _aten.mm.default,
    _aten.addmm.default,
    _aten.bmm.default,
    _aten._scaled_dot_product_flash_attention_for_cpu.default,
    _aten._scaled_dot_product_flash_attention.default,
    _aten._scaled_dot_product_efficient_attention.default,
    _aten._scaled_dot_product_cudnn_attention.default,
]
_contexts = partial(create_selective_checkpoint_contexts, KEPT)


@contextmanager
def cheap_activations_recomputed(model: nn.Module) -> Iterator[None]:
    """Inside, the model's layers keep the results of `KEPT` only. Results are the same bits: equal operations run twice."""
    layers = [module for module in model.modules() if isinstance(module, GradientCheckpointingLayer)]
    for layer in layers:
        layer.forward = partial(_run, layer.forward)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _run(forward: Any, *args: Any, **kwargs: Any) -> Any:
    return checkpoint(forward, *args, use_reentrant=False, preserve_rng_state=False, context_fn=_contexts, **kwargs)
