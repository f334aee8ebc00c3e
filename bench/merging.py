"""Our TIES merge against mergekit's, on nano's weights and three disturbed copies of them.

mergekit's own requirements are older than the server's, so it gets a place of its own, in which only it is new:

    python -m venv /tmp/mergekit && printf '%s\\n' "$PWD"/.venv/lib/python3.*/site-packages "$PWD"/pytorch-server/src \\
        > "$(echo /tmp/mergekit/lib/python3.*/site-packages)/server.pth"
    /tmp/mergekit/bin/pip install --no-deps mergekit immutables && /tmp/mergekit/bin/python bench/merging.py

Prints one JSON line a setting: the largest difference of any weight, and the time that each took; exit code 1 when one is
above 1e-6. With a path behind it, mergekit's merges of small tensors are written there: what the server's tests compare with
(pytorch-server/tests/fixtures/mergekit.json).
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from omni_engine.merge import merge_ties
from omni_engine.models import load

LARGEST_DIFFERENCE = 1e-6
SETTINGS = [
    ((1.0,), 0.2, 1.0),
    ((1.0, 1.0, 1.0), 0.2, 1.0),
    ((1.0, 0.5, 2.0), 0.2, 0.7),
    ((1.0, 0.5, 2.0), 0.013, 1.5),
    ((1.0, 1.0), 1.0, 1.0),
]


def theirs(method: Any, group: Any, base: torch.Tensor, others: list[torch.Tensor], setting: Any) -> torch.Tensor:
    """mergekit's "ties" on one tensor."""
    weights, density, scale = setting
    members = group.from_tensors([base, *others], base_index=0)
    ids = [entry.id for entry in members.non_base]
    return method.merge_group(
        members,
        weight=dict(zip(ids, weights, strict=True)),
        density=dict.fromkeys(ids, density),
        normalize=True,
        rescale=False,
        int8_mask=False,
        **{"lambda": scale},
    )


def write_fixture(path: Path, method: Any, group: Any) -> None:
    """Small tensors and what mergekit makes of them, a case a setting."""
    random = torch.Generator().manual_seed(0)
    cases = []
    for setting in SETTINGS:
        base = torch.randn(5, 8, generator=random)
        others = [base + 0.01 * torch.randn(base.shape, generator=random) for _ in setting[0]]
        weights, density, scale = setting
        merged = theirs(method, group, base, others, setting)
        tensors = {"base": base.tolist(), "others": [other.tolist() for other in others], "merged": merged.tolist()}
        cases.append({"weights": weights, "density": density, "lambda": scale, **tensors})
    path.write_text(json.dumps({"mergekit": version("mergekit"), "cases": cases}) + "\n")


def main() -> int:
    """Compares every tensor of the model under every setting."""
    registry = importlib.import_module("mergekit.merge_methods.registry")
    group = importlib.import_module("mergekit.merge_methods.base").TensorGroup
    method = registry.get("ties")
    if len(sys.argv) > 1:
        write_fixture(Path(sys.argv[1]), method, group)
        return 0
    loaded = load("nano", seed=1, model_root=None, cache_dir=Path("unused"), device=torch.device("cpu"))
    base = {name: weight.detach() for name, weight in loaded.model.named_parameters()}
    random = torch.Generator().manual_seed(0)
    failed = False
    for setting in SETTINGS:
        worst, ours_s, theirs_s = 0.0, 0.0, 0.0
        for weight in base.values():
            others = [weight + 1e-3 * torch.randn(weight.shape, generator=random) for _ in setting[0]]
            began = time.perf_counter()
            ours = merge_ties(weight, others, *setting)
            between = time.perf_counter()
            other = theirs(method, group, weight, others, setting)
            theirs_s += time.perf_counter() - between
            ours_s += between - began
            worst = max(worst, float((ours - other).abs().max()))
        failed |= worst > LARGEST_DIFFERENCE
        print(json.dumps({"setting": setting, "largest_difference": worst, "ours_s": ours_s, "mergekit_s": theirs_s}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
