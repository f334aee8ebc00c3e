"""From a name to a model."""

from __future__ import annotations

import difflib
from pathlib import Path

import torch
from safetensors import SafetensorError

from omni_engine.errors import ModelError
from omni_engine.models.hub import hub_snapshot
from omni_engine.models.loaded_model import LoadedModel, describe, read_folder
from omni_engine.models.local_folder import find_folder
from omni_engine.models.nano import nano_model, nano_tokenizer
from omni_engine.models.smollm2 import smollm2_folder

BUILTIN_MODELS: tuple[str, ...] = ("smollm2-135m-instruct", "nano")


def made_from_seed(base: str) -> bool:
    """Whether the seed makes the weights of `base`, so that another seed is another model."""
    return base == "nano"


def load(base: str, *, seed: int, model_root: Path | None, cache_dir: Path, device: torch.device) -> LoadedModel:
    """Loads `base`: a built-in name, a folder name below `model_root`, or a hub id "org/name", in this order.

    `seed` makes the weights of `nano` and nothing else. Raises ModelError (unknown_model, path_refused,
    weights_missing, unsafe_checkpoint, disk_full, unimplemented), one line each, with the remedy.
    """
    if made_from_seed(base):
        tokenizer = nano_tokenizer()
        return describe(nano_model(seed, len(tokenizer)), tokenizer, base, device)
    if base == "smollm2-135m-instruct":
        return read_folder(smollm2_folder(cache_dir), base, device)
    folder = find_folder(base, model_root)
    if folder is None and base.count("/") == 1:
        folder = hub_snapshot(base)
    if folder is None:
        raise ModelError("unknown_model", unknown(base, model_root))
    try:
        return read_folder(folder, base, device)
    except (OSError, ValueError, RuntimeError, SafetensorError) as cause:
        raise ModelError(
            "weights_missing", f"model {base!r} cannot be read ({first_line(cause)}); save it anew with save_pretrained"
        ) from cause


def unknown(base: str, model_root: Path | None) -> str:
    """The one line that a misspelt name is answered with."""
    folders = (
        sorted(path.name for path in model_root.iterdir() if path.is_dir())
        if model_root and model_root.is_dir()
        else []
    )
    near = difflib.get_close_matches(base, [*BUILTIN_MODELS, *folders], n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return (
        f"no model {base[:200]!r}: {hint}built in are {', '.join(BUILTIN_MODELS)}; "
        "else a folder below --model-root or a hub id org/name"
    )


def first_line(cause: Exception) -> str:
    """The first line of an error's message, or its name."""
    return (str(cause).strip() or type(cause).__name__).splitlines()[0][:200]
