"""What a loaded model is to the rest of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from omni_engine.errors import ModelError

FULL_ATTENTION = {"full_attention", "sliding_attention"}


@dataclass(frozen=True)
class LoadedModel:
    """A causal language model, its tokenizer, and the facts that batching and stopping need."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    base: str
    context_length: int  # tokens, prompt and completion together
    eos_token: int


def read_folder(folder: Path, base: str, device: torch.device) -> LoadedModel:
    """Loads a transformers folder as `base`: float32 on a CPU, its own dtype elsewhere.

    Attention is "sdpa", which takes any 4-D float mask. Raises what transformers raises for an unreadable folder.
    """
    tokenizer = AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False)
    model = AutoModelForCausalLM.from_pretrained(
        str(folder),
        use_safetensors=True,
        trust_remote_code=False,
        dtype=torch.float32 if device.type == "cpu" else "auto",
        attn_implementation="sdpa",
    )
    return describe(model, tokenizer, base, device)


def describe(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, base: str, device: torch.device
) -> LoadedModel:
    """Moves `model` to `device`, in evaluation mode, and reads off its context length and end-of-sequence token.

    Masks here are full causal ones, so a sliding window bounds the context and a recurrent layer is refused.
    """
    config = model.config.get_text_config()
    foreign = set(getattr(config, "layer_types", None) or []) - FULL_ATTENTION
    if foreign:
        raise ModelError(
            "unimplemented", f"model {base!r} has {', '.join(sorted(foreign))} layers; use one with attention only"
        )
    if not isinstance(tokenizer.eos_token_id, int):
        raise ModelError(
            "bad_request", f"model {base!r} has no end-of-sequence token; set eos_token in its tokenizer_config.json"
        )
    context_length = int(config.max_position_embeddings)
    if getattr(config, "use_sliding_window", True) and getattr(config, "sliding_window", None):
        context_length = min(context_length, int(config.sliding_window))
    model.to(device)  # pyright: ignore[reportArgumentType]
    model.eval()
    return LoadedModel(model, tokenizer, base, context_length, tokenizer.eos_token_id)
