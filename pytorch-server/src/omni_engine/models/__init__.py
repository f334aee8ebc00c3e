"""Models by name: built in, a local folder below the model root, or a hub id. Safetensors only, no remote code."""

from omni_engine.models.catalogue import BUILTIN_MODELS, load, made_from_seed
from omni_engine.models.loaded_model import LoadedModel

__all__ = ["BUILTIN_MODELS", "LoadedModel", "load", "made_from_seed"]
