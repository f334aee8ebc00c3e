"""Local model folders: named, never given by path, and read only where their weights are safetensors."""

from __future__ import annotations

import re
from pathlib import Path

from omni_engine.errors import ModelError

NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def find_folder(name: str, model_root: Path | None) -> Path | None:
    """The folder called `name` below `model_root`, or None where there is none.

    Raises ModelError path_refused for a path instead of a name and for a link that leads out of the root,
    weights_missing and unsafe_checkpoint for a folder that cannot be read safely.
    """
    if not NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        raise ModelError(
            "path_refused", f"model {name[:200]!r} is a path; give the name of a folder below the server's --model-root"
        )
    if model_root is None:
        return None
    folder = (model_root / name).resolve()
    if not folder.is_relative_to(model_root.resolve()):
        raise ModelError("path_refused", f"model {name!r} leads out of --model-root; copy the folder below it")
    if not folder.is_dir():
        return None
    check_weights(name, folder)
    return folder


def check_weights(name: str, folder: Path) -> None:
    """Raises ModelError unless the folder has a config.json and safetensors."""
    if not any(folder.glob("*.safetensors")):
        if any(path for pattern in PICKLES for path in folder.glob(pattern)):
            raise ModelError(
                "unsafe_checkpoint",
                f"model {name!r} has pickled weights only, which can run code; convert them to model.safetensors",
            )
        raise ModelError("weights_missing", f"model {name!r} has no weights; put model.safetensors into {folder}")
    if not (folder / "config.json").is_file():
        raise ModelError(
            "weights_missing", f"model {name!r} has no config.json; save it with save_pretrained into {folder}"
        )
