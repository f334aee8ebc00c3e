"""A server killed and started anew goes on, bit for bit, as one that never was."""

from __future__ import annotations

import signal
from pathlib import Path

from client import Client, dial
from running import engine

from omni_engine.gen import engine_pb2 as pb

STEPS = 4


def step(client: Client, number: int) -> list[bytes]:
    seeds = [pb_rollout.tokens for pb_rollout in client.train("m", f"run/{number}", top_k=20)]
    client.checkpoints.Save(pb.SaveRequest(model_id="m", name=f"step-{number}", optimizer=True))
    return seeds


def test_a_run_killed_after_a_checkpoint_ends_with_the_same_bits(tmp_path: Path):
    with engine(tmp_path / "straight", "--threads", "2", "--checkpoint-root", str(tmp_path / "a")) as straight:
        client = dial(straight.address)
        client.load("m", seed=5)
        rollouts = [step(client, number) for number in range(STEPS)]
        expected = client.load("m", seed=5)

    again: list[list[bytes]] = []
    with engine(tmp_path / "first", "--threads", "2", "--checkpoint-root", str(tmp_path / "b")) as first:
        client = dial(first.address)
        client.load("m", seed=5)
        again += [step(client, 0), step(client, 1)]
        client.train("m", "run/2", top_k=20)  # is lost: no checkpoint follows
        first.end(signal.SIGKILL)
    with engine(tmp_path / "second", "--threads", "2", "--checkpoint-root", str(tmp_path / "b")) as second:
        client = dial(second.address)
        client.load("m", seed=5)
        client.checkpoints.Load(pb.LoadRequest(model_id="m", name="step-1"))
        again += [step(client, 2), step(client, 3)]
        resumed = client.load("m", seed=5)

    assert again == rollouts
    assert (resumed.weights_hash, resumed.weights_version) == (expected.weights_hash, STEPS)
    moments = [(tmp_path / root / "step-3" / "optimizer.safetensors").read_bytes() for root in ("a", "b")]
    assert moments[0] == moments[1]
