"""TIES equals what its paper says, entry by entry, and a merge is a checkpoint like any other."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import grpc
import pytest
import torch
from client import Client, refused
from safetensors.torch import load_file

from omni_engine.gen import engine_pb2 as pb
from omni_engine.merge import merge_ties


def plain_ties(base: list[float], others: list[list[float]], weights: list[float], density: float, scale: float):
    """The paper's three steps on lists, one entry at a time."""
    changes = [[theirs - own for theirs, own in zip(other, base, strict=True)] for other in others]
    kept = max(1, int(density * len(base)))
    for change in changes:
        for index in sorted(range(len(change)), key=lambda index, change=change: -abs(change[index]))[kept:]:
            change[index] = 0.0
    merged = []
    for index, own in enumerate(base):
        votes = [(change[index], weight) for change, weight in zip(changes, weights, strict=True)]
        positive = sum(weight * change for change, weight in votes) >= 0
        agreeing = [(change, weight) for change, weight in votes if (change > 0 if positive else change < 0)]
        total = sum(weight for _, weight in agreeing)
        mean = sum(change * weight for change, weight in agreeing) / total if total else 0.0
        merged.append(own + scale * mean)
    return merged


@pytest.mark.parametrize(("density", "scale"), list(product((0.01, 0.2, 0.5, 1.0), (1.0, 0.6))))
@pytest.mark.parametrize("weights", [[1.0], [1.0, 1.0, 1.0], [1.0, 0.25, 2.0]])
def test_ties_equals_the_plain_implementation(weights, density, scale):
    random = torch.Generator().manual_seed(len(weights))
    base = torch.randn(13, 17, generator=random)
    others = [base + 0.01 * torch.randn(base.shape, generator=random) for _ in weights]
    ours = merge_ties(base, others, weights, density, scale)
    lists = [other.flatten().tolist() for other in others]
    theirs = torch.tensor(plain_ties(base.flatten().tolist(), lists, weights, density, scale))
    assert float((ours.flatten() - theirs).abs().max()) <= 1e-6
    assert not torch.equal(ours, base)


def test_ties_equals_mergekits():
    """Its results were written by bench/merging.py, which compares every tensor of nano as well."""
    cases = json.loads((Path(__file__).parent / "fixtures" / "mergekit.json").read_text())["cases"]
    assert len(cases) >= 5
    for case in cases:
        base, others = torch.tensor(case["base"]), [torch.tensor(other) for other in case["others"]]
        ours = merge_ties(base, others, case["weights"], case["density"], case["lambda"])
        assert float((ours - torch.tensor(case["merged"])).abs().max()) <= 1e-6
        assert not torch.equal(ours, base)


def test_of_equal_changes_the_first_are_kept():
    base = torch.zeros(6)
    ours = merge_ties(base, [torch.tensor([1.0, -1.0, 1.0, 2.0, -1.0, 0.5])], [1.0], 0.5, 1.0)
    assert ours.tolist() == [1.0, -1.0, 0.0, 2.0, 0.0, 0.0]


def test_opposite_changes_of_equal_size_go_up():
    ours = merge_ties(torch.zeros(1), [torch.tensor([1.0]), torch.tensor([-1.0])], [1.0, 1.0], 1.0, 1.0)
    assert ours.tolist() == [1.0]


def merge(client: Client, model_id: str, **fields) -> pb.MergeResponse:
    return client.trainer.Merge(
        pb.MergeRequest(model_id=model_id, **({"method": "ties", "density": 0.2, "lambda": 1.0} | fields))
    )


def save(client: Client, model_id: str, name: str) -> str:
    return client.checkpoints.Save(pb.SaveRequest(model_id=model_id, name=name)).weights_hash


def test_checkpoints_merge_into_a_checkpoint(client: Client, model_id: str, checkpoint_root: Path):
    start = client.hash_of(model_id)
    save(client, model_id, f"{model_id}/start")
    for number in (1, 2):
        client.train(model_id, f"s{number}")
        save(client, model_id, f"{model_id}/{number}")
    parts = [f"{model_id}/1", f"{model_id}/2"]
    before = client.hash_of(model_id)
    answer = merge(client, model_id, checkpoints=parts, weights=[1, 3], name=f"{model_id}/merged")
    assert answer.checkpoint == answer.info.name == f"{model_id}/merged"
    assert (answer.info.weights_version, answer.info.optimizer, answer.info.base) == (0, False, "nano")
    assert client.hash_of(model_id) == before
    files = {one: load_file(checkpoint_root / one / "weights.safetensors") for one in [*parts, f"{model_id}/start"]}
    made = load_file(checkpoint_root / answer.checkpoint / "weights.safetensors")
    for key, weight in made.items():
        others = [files[part][key] for part in parts]
        assert torch.equal(weight, merge_ties(files[f"{model_id}/start"][key], others, [1, 3], 0.2, 1.0))
    against_start = merge(
        client, model_id, checkpoints=parts, weights=[1, 3], name="again", base_checkpoint=f"{model_id}/start"
    )
    assert against_start.info.weights_hash == answer.info.weights_hash
    loaded = client.checkpoints.Load(pb.LoadRequest(model_id=model_id, name=answer.checkpoint))
    assert loaded.weights_hash == answer.info.weights_hash
    assert loaded.weights_version == 0
    unchanged = merge(client, model_id, checkpoints=[f"{model_id}/start"], density=1.0, name="same")
    assert unchanged.info.weights_hash == start


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"method": "linear"}, "method"),
        ({"checkpoints": []}, "checkpoints"),
        ({"density": 0.0}, "density"),
        ({"density": 1.5}, "density"),
        ({"lambda": float("nan")}, "lambda"),
        ({"weights": [1.0, 1.0]}, "weights"),
        ({"weights": [-1.0]}, "weights[0]"),
    ],
)
def test_a_bad_merge_is_refused_by_field(client: Client, model_id: str, fields, words: str):
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "bad_request", words):
        merge(client, model_id, **({"checkpoints": ["x"], "name": "y"} | fields))


def test_a_merge_names_what_is_missing_or_misplaced(client: Client, model_id: str):
    with refused(grpc.StatusCode.NOT_FOUND, "not_found", "nowhere"):
        merge(client, model_id, checkpoints=["nowhere"], name="y")
    save(client, model_id, f"{model_id}/a")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "path_refused", "../y"):
        merge(client, model_id, checkpoints=[f"{model_id}/a"], name="../y")


def test_models_of_another_base_are_not_merged(client: Client, model_id: str):
    save(client, model_id, f"{model_id}/a")
    client.load(model_id, seed=2, replace=True)
    save(client, model_id, f"{model_id}/b")
    parts = [f"{model_id}/a", f"{model_id}/b"]
    # Nano of another seed has the same shapes and other weights.
    for base in ("", f"{model_id}/a", f"{model_id}/b"):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "bad_request", "one base"):
            merge(client, model_id, checkpoints=parts, name="y", base_checkpoint=base)
    merge(client, model_id, checkpoints=[f"{model_id}/a"], name="z", base_checkpoint=f"{model_id}/a")


def test_a_base_of_the_same_shapes_by_another_name_is_another_base(
    client: Client, model_id: str, checkpoint_root: Path
):
    save(client, model_id, f"{model_id}/a")
    manifest = checkpoint_root / model_id / "a" / "manifest.json"
    stated = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(stated | {"base": "another"}))
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "bad_request", "'another'"):
        merge(client, model_id, checkpoints=[f"{model_id}/a"], name="y")
