"""Models that several test files use, each loaded once a test run."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import torch

from omni_engine.models import LoadedModel, load

CPU = torch.device("cpu")


@cache
def nano() -> LoadedModel:
    return load("nano", seed=7, model_root=None, cache_dir=Path("/nonexistent"), device=CPU)


@cache
def smollm2_cache() -> Path:
    folder = tempfile.mkdtemp(prefix="omni-models-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@cache
def smollm2() -> LoadedModel:
    return load("smollm2-135m-instruct", seed=0, model_root=None, cache_dir=smollm2_cache(), device=CPU)
