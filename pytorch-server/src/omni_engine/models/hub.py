"""Models from a hub, kept in the usual cache of `huggingface_hub` (HF_HOME, HF_ENDPOINT, HF_TOKEN)."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError

from omni_engine.errors import ModelError
from omni_engine.models.local_folder import check_weights

SAFE_FILES = ["*.json", "*.safetensors", "*.jinja", "*.txt", "*.model"]


def hub_snapshot(hub_id: str) -> Path:
    """The folder of `hub_id` ("org/name"), downloaded on first use; the token comes from the environment only.

    Raises ModelError unknown_model where the hub has no such model, refuses, or is out of reach.
    """
    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=SAFE_FILES))
    except HfHubHTTPError as cause:
        raise ModelError(
            "unknown_model",
            f"the hub refused model {hub_id!r} ({type(cause).__name__}); check its name; set HF_TOKEN if it is gated",
        ) from cause
    except OSError as cause:
        raise ModelError(
            "unknown_model",
            f"model {hub_id!r} is neither below --model-root nor in the hub's cache, and the hub is out of reach; "
            "check the name and the network",
        ) from cause
    check_weights(hub_id, folder)
    return folder
