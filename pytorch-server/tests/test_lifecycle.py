"""Starting, being cancelled, and ending: cleanly when told to, at once when the parent is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from client import Client, dial, generate_request
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from running import START_S, Engine, engine

from omni_engine.gen import engine_pb2 as pb

GONE_S = 3


def test_it_says_where_it_is_and_ends_tidily(tmp_path: Path):
    with engine(tmp_path) as running:
        announced = json.loads(running.address_file.read_text())
        assert announced == {"address": running.address, "pid": running.process.pid}
        facts = dial(running.address).engine.GetCapabilities(pb.GetCapabilitiesRequest())
        assert (facts.backend, facts.device, facts.threads) == ("torch", "cpu", 1)
        assert list(facts.roles) == ["sample", "train"]
        assert "nano" in facts.builtin_models
        assert facts.judge_url == ""
        assert facts.max_rss_bytes > 2**26
        socket_path = Path(running.address.removeprefix("unix:"))
        assert socket_path.is_socket()
        assert running.end(signal.SIGTERM) == 0
        assert not socket_path.exists()
        assert not running.address_file.exists()
        (line,) = (tmp_path / "stderr").read_text().splitlines()
        assert line.startswith("omni-engine: serving on unix:")


def test_it_ends_on_sigterm_in_mid_generation(tmp_path: Path):
    with engine(tmp_path) as running:
        stream = endless(dial(running.address))
        next(stream)
        started = time.monotonic()
        assert running.end(signal.SIGTERM) == 0
        assert time.monotonic() - started < 10


def test_a_cancelled_generation_frees_the_engine(client: Client, model_id: str):
    stream = endless(client, model_id)
    next(stream)
    stream.cancel()
    started = time.monotonic()
    assert len(client.generate(model_id, ["ab"], max_tokens=4)) == 4
    assert time.monotonic() - started < 5


def test_a_call_past_its_deadline_frees_the_engine(client: Client, model_id: str):
    with pytest.raises(grpc.RpcError) as caught:
        list(client.sampler.Generate(long_request(model_id), timeout=1))
    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    started = time.monotonic()
    client.generate(model_id, ["ab"], max_tokens=4)
    assert time.monotonic() - started < 5


def test_capabilities_are_told_while_it_generates(client: Client, model_id: str):
    stream = endless(client, model_id)
    assert client.engine.GetCapabilities(pb.GetCapabilitiesRequest(), timeout=5).protocol == "omni.engine.v1"
    stream.cancel()


def test_reflection_names_the_services(client: Client):
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(client.channel)
    (answer,) = stub.ServerReflectionInfo(iter([request]))
    names = {service.name for service in answer.list_services_response.service}
    assert {"omni.engine.v1.Sampler", "omni.engine.v1.Trainer", "grpc.health.v1.Health"} <= names


@pytest.mark.parametrize("through_a_shell", [False, True], ids=["child", "grandchild"])
def test_it_is_gone_soon_after_its_parent_is_killed_in_mid_generation(tmp_path: Path, through_a_shell: bool):
    socket_folder = tmp_path / "s"
    script = f"""
import os, subprocess, sys, time
command = [sys.executable, "-m", "omni_engine", "serve", "--listen", "unix:{socket_folder}/e.sock", "--no-judge",
           "--threads", "1", "--address-file", "{tmp_path}/address.json", "--parent-pid", str(os.getpid())]
if {through_a_shell}:
    command = ["sh", "-c", '"$@"; exit 0', "sh", *command]
subprocess.Popen(command)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", script])
    try:
        running = Path(tmp_path / "address.json")
        deadline = time.monotonic() + START_S
        while not running.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        facts = json.loads(running.read_text())
        client = dial(facts["address"])
        client.load("m")
        stream = endless(client)
        next(stream)
    finally:
        parent.kill()
        parent.wait()
    killed = time.monotonic()
    while alive(facts["pid"]):
        assert time.monotonic() - killed < GONE_S
        time.sleep(0.05)
    assert not (socket_folder / "e.sock").exists()
    assert not running.exists()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--listen", "0.0.0.0:0"], "--tls-cert"),
        (["--listen", "nowhere"], "--listen"),
        (["--listen", "127.0.0.1:0", "--model-root", "/nowhere"], "--model-root"),
        (["--listen", "127.0.0.1:0", "--checkpoint-root", "/proc/x"], "--checkpoint-root"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(options: list[str], word: str):
    command = [sys.executable, "-m", "omni_engine", "serve", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=START_S, check=False)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("omni-engine: ")
    assert word in line


def long_request(model_id: str) -> pb.GenerateRequest:
    return generate_request(model_id, [f"prompt {number}" for number in range(400)], n=16, max_tokens=64)


def endless(client: Client, model_id: str = "m"):
    """A stream of rollouts that goes on for minutes."""
    client.load(model_id)
    return client.sampler.Generate(long_request(model_id))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_second_engine_on_one_port_is_refused(tmp_path: Path):
    with engine(tmp_path / "a", listen="127.0.0.1:0") as first:
        (tmp_path / "b").mkdir()
        second = Engine(tmp_path / "b", first.address)
        assert second.process.wait(START_S) == 2
        assert "in use" in (tmp_path / "b" / "stderr").read_text()
