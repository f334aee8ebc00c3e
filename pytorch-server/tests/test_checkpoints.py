"""A checkpoint is whole or absent, never a pickle, and never outside its root."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import grpc
import numpy as np
import pytest
import torch
from client import Client, refused
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from omni_engine.checkpoints import CheckpointFolder, Manifest
from omni_engine.errors import EngineError
from omni_engine.gen import engine_pb2 as pb
from omni_engine.weights_hash import weights_hash

WEIGHTS = {"b": torch.arange(6.0).reshape(2, 3), "a": torch.ones(3)}
MANIFEST = Manifest(
    base="nano", seed=1, weights_version=3, weights_hash=weights_hash(WEIGHTS), optimizer=True, optimizer_steps=2
)


def test_what_is_saved_comes_back(tmp_path: Path):
    folder = CheckpointFolder(tmp_path)
    stored = folder.save("run-1/step-3", MANIFEST, WEIGHTS, {"exp_avg/a": torch.zeros(3)})
    assert stored.bytes == sum(path.stat().st_size for path in (tmp_path / "run-1/step-3").iterdir())
    contents = folder.load("run-1/step-3")
    assert contents.manifest == MANIFEST
    assert all(torch.equal(contents.weights[name], weight) for name, weight in WEIGHTS.items())
    assert list(contents.optimizer) == ["exp_avg/a"]
    assert [one.name for one in folder.list("run-1/")] == ["run-1/step-3"]
    assert folder.list("run-2") == []
    folder.delete("run-1/step-3")
    assert folder.list("") == []
    with pytest.raises(EngineError, match="no checkpoint"):
        folder.load("run-1/step-3")


def test_saving_again_replaces(tmp_path: Path):
    folder = CheckpointFolder(tmp_path)
    folder.save("a", MANIFEST, WEIGHTS, {})
    later = {name: weight + 1 for name, weight in WEIGHTS.items()}
    without = MANIFEST.model_copy(update={"weights_hash": weights_hash(later), "optimizer": False})
    folder.save("a", without, later, {})
    assert torch.equal(folder.load("a").weights["a"], later["a"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["manifest.json", "weights.safetensors"]


@pytest.mark.parametrize(
    "name", ["", "/etc", "../x", "a/../b", "a//b", "a/", ".", "..", "a\\b", "a b", "~part-1-1", "a\n", "x" * 201, "a/."]
)
def test_names_are_not_paths(tmp_path: Path, name: str):
    folder = CheckpointFolder(tmp_path / "root")
    for act in (
        lambda: folder.save(name, MANIFEST, WEIGHTS, {}),
        lambda: folder.load(name),
        lambda: folder.delete(name),
    ):
        with pytest.raises(EngineError) as caught:
            act()
        assert caught.value.code == "path_refused"
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
    assert list((tmp_path / "root").iterdir()) == []


def test_a_link_out_of_the_root_is_refused(tmp_path: Path):
    folder = CheckpointFolder(tmp_path / "root")
    (tmp_path / "outside").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(EngineError, match="link"):
        folder.save("link/x", MANIFEST, WEIGHTS, {})


def test_a_checkpoint_is_neither_inside_nor_around_another(tmp_path: Path):
    folder = CheckpointFolder(tmp_path)
    folder.save("a/b", MANIFEST, WEIGHTS, {})
    for name in ("a", "a/b/c"):
        with pytest.raises(EngineError, match="taken"):
            folder.save(name, MANIFEST, WEIGHTS, {})
    assert [one.name for one in folder.list("")] == ["a/b"]


def test_a_pickle_is_refused(tmp_path: Path):
    folder = CheckpointFolder(tmp_path)
    folder.save("a", MANIFEST, WEIGHTS, {})
    (tmp_path / "a" / "weights.pt").write_bytes(b"\x80\x04.")
    with pytest.raises(EngineError, match=r"weights.pt.*convert it to safetensors") as caught:
        folder.load("a")
    assert caught.value.code == "unsafe_checkpoint"


@pytest.mark.parametrize("damage", ["flip", "cut", "manifest", "missing"])
def test_damage_is_found(tmp_path: Path, damage: str):
    folder = CheckpointFolder(tmp_path)
    folder.save("a", MANIFEST, WEIGHTS, {})
    weights = tmp_path / "a" / "weights.safetensors"
    if damage == "flip":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:-4])
    elif damage == "manifest":
        (tmp_path / "a" / "manifest.json").write_text(json.dumps({"format": 2}))
    else:
        weights.unlink()
    with pytest.raises(EngineError) as caught:
        folder.load("a")
    assert caught.value.code == "weights_missing"


def test_what_a_dead_server_left_half_written_is_swept(tmp_path: Path):
    with subprocess.Popen(["true"]) as process:
        process.wait()
    (tmp_path / f"~part-{process.pid}-0").mkdir()
    (tmp_path / "~part-1-0").mkdir()  # of a process that lives
    CheckpointFolder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["~part-1-0"]


def test_a_full_disk_leaves_the_old_checkpoint_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = CheckpointFolder(tmp_path)
    folder.save("a", MANIFEST, WEIGHTS, {})

    def full(tensors: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("omni_engine.checkpoints.save_file", full)
    for name in ("a", "b/c"):
        with pytest.raises(EngineError, match="no room left") as caught:
            folder.save(name, MANIFEST, WEIGHTS, {})
        assert caught.value.code == "disk_full"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]
    assert folder.load("a").manifest == MANIFEST


def test_a_disk_that_is_really_full(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small disk; the test above stands in")
    try:
        folder = CheckpointFolder(disk)
        big = {"a": torch.zeros(700_000)}
        manifest = MANIFEST.model_copy(update={"weights_hash": weights_hash(big)})
        folder.save("a", manifest.model_copy(update={"optimizer": False}), big, {})
        with pytest.raises(EngineError, match="no room left"):
            folder.save("b", manifest, big, big)
        assert [path.name for path in disk.iterdir()] == ["a"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_hash_depends_on_names_shapes_and_bytes_and_not_on_order():
    assert weights_hash(WEIGHTS) == weights_hash(dict(reversed(WEIGHTS.items())))
    others = [
        {"b": WEIGHTS["b"], "c": WEIGHTS["a"]},
        WEIGHTS | {"b": WEIGHTS["b"].reshape(3, 2)},
        WEIGHTS | {"a": torch.ones(3, dtype=torch.int32)},
        WEIGHTS | {"a": torch.tensor([1, 1, 1 + 1e-6])},
    ]
    assert len({weights_hash(tensors) for tensors in [WEIGHTS, *others]}) == 5


# ------------------------------------------------------------ through gRPC


def test_a_checkpoint_restores_weights_and_version(client: Client, model_id: str, checkpoint_root: Path):
    client.train(model_id, "s")
    info = client.checkpoints.Save(pb.SaveRequest(model_id=model_id, name=f"{model_id}/one", optimizer=True))
    assert (info.weights_version, info.optimizer, info.base) == (1, True, "nano")
    assert info.weights_hash == client.hash_of(model_id)
    assert weights_hash(load_file(checkpoint_root / model_id / "one" / "weights.safetensors")) == info.weights_hash
    client.train(model_id, "t")
    before = client.load(model_id)
    back = client.checkpoints.Load(pb.LoadRequest(model_id=model_id, name=f"{model_id}/one"))
    assert (back.weights_version, back.weights_hash) == (1, info.weights_hash)
    assert back.session_id != before.session_id
    listed = client.checkpoints.List(pb.ListRequest(prefix=f"{model_id}/"))
    assert list(listed.checkpoints) == [info]
    fresh = client.load("fresh", from_checkpoint=f"{model_id}/one")
    assert (fresh.weights_version, fresh.weights_hash) == (1, info.weights_hash)
    client.unload("fresh")
    client.checkpoints.Delete(pb.DeleteRequest(name=f"{model_id}/one"))
    with refused(grpc.StatusCode.NOT_FOUND, "not_found"):
        client.checkpoints.Load(pb.LoadRequest(model_id=model_id, name=f"{model_id}/one"))
    assert client.hash_of(model_id) == info.weights_hash


def test_unsafe_names_and_checkpoints_are_refused(client: Client, model_id: str, checkpoint_root: Path):
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "path_refused"):
        client.checkpoints.Save(pb.SaveRequest(model_id=model_id, name="../out"))
    client.checkpoints.Save(pb.SaveRequest(model_id=model_id, name="pickled"))
    (checkpoint_root / "pickled" / "optimizer.pt").write_bytes(b"\x80\x04.")
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "unsafe_checkpoint", "optimizer.pt"):
        client.checkpoints.Load(pb.LoadRequest(model_id=model_id, name="pickled"))
    (checkpoint_root / "pickled" / "optimizer.pt").unlink()
    client.checkpoints.Delete(pb.DeleteRequest(name="pickled"))


def test_an_export_is_what_transformers_loads(client: Client, model_id: str):
    (rollout, *_) = client.train(model_id, "s")
    facts = client.checkpoints.Export(pb.ExportRequest(model_id=model_id, name="out/nano", format="safetensors"))
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(facts.files)
    model = AutoModelForCausalLM.from_pretrained(facts.folder)
    tokenizer = AutoTokenizer.from_pretrained(facts.folder)
    assert weights_hash(dict(model.named_parameters())) == client.hash_of(model_id)
    tokens = np.frombuffer(rollout.prompt_tokens, "<i4").tolist()
    assert tokenizer.encode("one ", add_special_tokens=False) == tokens
    with refused(grpc.StatusCode.UNIMPLEMENTED, "unimplemented", "safetensors"):
        client.checkpoints.Export(pb.ExportRequest(model_id=model_id, name="out/nano", format="peft"))
    client.checkpoints.Delete(pb.DeleteRequest(name="out/nano"))
