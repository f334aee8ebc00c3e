"""Checkpoints merged into a new one, a tensor at a time."""

from __future__ import annotations

from collections.abc import Callable

import torch

from omni_engine.backends.commands import MergeCheckpoints
from omni_engine.backends.instance import Instance
from omni_engine.checkpoints import CheckpointFolder, Contents, Manifest, Stored
from omni_engine.errors import EngineError
from omni_engine.merge import merge_ties
from omni_engine.models import made_from_seed
from omni_engine.weights_hash import weights_hash


@torch.inference_mode()
def merge_checkpoints(
    command: MergeCheckpoints, instance: Instance, folder: CheckpointFolder, should_stop: Callable[[], bool]
) -> Stored:
    """Writes the merge of `command.checkpoints` as checkpoint `command.name`, version 0, without optimizer.

    Needs the memory of the weights once; inputs are mapped from disk. Raises EngineError bad_request for a checkpoint that
    does not fit the model, and what loading and saving raise.
    """
    shapes = {name: weight.shape for name, weight in instance.weights.items()}

    def fitting(name: str) -> Contents:
        contents = folder.load(name)
        same_shapes = {key: weight.shape for key, weight in contents.weights.items()} == shapes
        if contents.manifest.base != instance.loaded.base or not same_shapes:
            raise EngineError(
                "bad_request",
                f"checkpoint {name!r} was made from {contents.manifest.base!r} and does not fit {instance.loaded.base!r}; "
                "merge checkpoints of one base",
            )
        return contents

    merged_from = [fitting(name) for name in command.checkpoints]
    if command.base_checkpoint:
        start = fitting(command.base_checkpoint)
        base, seed = start.weights, start.manifest.seed
    else:
        base = {name: weight.detach().cpu() for name, weight in instance.reference().model.named_parameters()}
        seed = instance.seed
    for name, contents in zip(command.checkpoints, merged_from, strict=True):
        if made_from_seed(instance.loaded.base) and contents.manifest.seed != seed:
            raise EngineError(
                "bad_request",
                f"checkpoint {name!r} was made from {contents.manifest.base!r} of seed {contents.manifest.seed}, the base "
                f"of this merge is of seed {seed}: other weights; merge checkpoints of one base",
            )
    merged: dict[str, torch.Tensor] = {}
    for name, start in base.items():
        if should_stop():
            raise EngineError("internal", "the call was cancelled; nothing was written")
        others = [contents.weights[name] for contents in merged_from]
        merged[name] = merge_ties(start, others, command.weights, command.density, command.scale).contiguous()
    manifest = Manifest(
        base=instance.loaded.base,
        seed=instance.seed,
        weights_version=0,
        weights_hash=weights_hash(merged),
        optimizer=False,
        optimizer_steps=0,
    )
    return folder.save(command.name, manifest, merged, {})
