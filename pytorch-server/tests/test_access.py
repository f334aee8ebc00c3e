"""Who may call, and where the server refuses to listen."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import Any

import grpc
import pytest
from client import Client, chunk, dial, generate_request, refused
from grpc_health.v1 import health_pb2, health_pb2_grpc
from running import engine

from omni_engine.credentials import Credentials, check_reach, read_credentials
from omni_engine.gen import engine_pb2 as pb
from omni_engine.listen import SetupError, parse_address, prepare_socket

TOKEN = "correct-horse-battery-staple"


def test_a_token_opens_every_call_and_nothing_else_does(tmp_path: Path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    with engine(tmp_path, "--token-file", str(tmp_path / "token"), listen="127.0.0.1:0") as running:
        client = dial(running.address)
        for wrong in ([], [("authorization", "Bearer wrong")], [("authorization", TOKEN)]):
            with refused(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated", "token"):
                client.engine.GetCapabilities(pb.GetCapabilitiesRequest(), metadata=wrong)
            with refused(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated"):
                client.trainer.ForwardBackward(chunk("m", "s", 0, []), metadata=wrong)
            with refused(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated"):
                list(client.sampler.Generate(generate_request("m", ["a"]), metadata=wrong))
        right = [("authorization", f"Bearer {TOKEN}")]
        facts = client.engine.GetCapabilities(pb.GetCapabilitiesRequest(), metadata=right)
        assert facts.protocol == "omni.engine.v1"
        health: Any = health_pb2_grpc.HealthStub(client.channel)
        assert health.Check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.SERVING
        log = (tmp_path / "stderr").read_text()
        assert TOKEN not in log


def test_mutual_tls_lets_in_who_has_a_certificate(tmp_path: Path):
    make_certificate(tmp_path, "ca", "")
    for name in ("server", "caller"):
        make_certificate(tmp_path, name, "ca")
    files = {"--tls-cert": "server.crt", "--tls-key": "server.key", "--tls-ca": "ca.crt"}
    options = [part for option, file in files.items() for part in (option, str(tmp_path / file))]
    with engine(tmp_path / "engine", *options, listen="localhost:0") as running:
        authority = (tmp_path / "ca.crt").read_bytes()
        pair = ((tmp_path / "caller.key").read_bytes(), (tmp_path / "caller.crt").read_bytes())
        with_certificate = Client(grpc.secure_channel(running.address, grpc.ssl_channel_credentials(authority, *pair)))
        assert with_certificate.engine.GetCapabilities(pb.GetCapabilitiesRequest()).backend == "torch"
        for channel in (
            grpc.secure_channel(running.address, grpc.ssl_channel_credentials(authority)),
            grpc.insecure_channel(running.address),
        ):
            with pytest.raises(grpc.RpcError):
                Client(channel).engine.GetCapabilities(pb.GetCapabilitiesRequest(), timeout=5)


def make_certificate(folder: Path, name: str, signer: str) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", f"{name}.key", "-out", f"{name}.crt"]
    if signer:
        command += ["-CA", f"{signer}.crt", "-CAkey", f"{signer}.key", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:7000", "engine.example:7000"])
def test_without_credentials_only_this_machine_may_call(listen: str):
    for credentials in (Credentials(), Credentials(token=TOKEN)):
        with pytest.raises(SetupError, match="can be reached from other machines: give --tls-cert") as caught:
            check_reach(parse_address(listen), credentials)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0", "localhost:7000", "unix:/tmp/x/e.sock"])
def test_loopback_needs_no_credentials(listen: str):
    check_reach(parse_address(listen), Credentials())


@pytest.mark.parametrize("listen", ["", "7000", ":7000", "host:", "host:99999", "unix:e.sock", "unix:/" + "x" * 120])
def test_an_address_that_is_none_is_refused(listen: str):
    with pytest.raises(SetupError, match="--listen"):
        parse_address(listen)


def test_the_sockets_folder_is_private(tmp_path: Path):
    prepare_socket(tmp_path / "new" / "e.sock")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(SetupError, match="chmod 700"):
        prepare_socket(tmp_path / "open" / "e.sock")
    (tmp_path / "new" / "e.sock").write_text("")
    with pytest.raises(SetupError, match="a file of that name"):
        prepare_socket(tmp_path / "new" / "e.sock")


def test_a_socket_that_is_served_is_not_taken(served):
    with pytest.raises(SetupError, match="another engine serves there"):
        prepare_socket(Path(served.address.removeprefix("unix:")))


def test_credentials_that_cannot_be_used_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "short").write_text("abc")
    with pytest.raises(SetupError, match="at least 16"):
        read_credentials(tmp_path / "short", None, None, None)
    with pytest.raises(SetupError, match="No such file"):
        read_credentials(tmp_path / "absent", None, None, None)
    with pytest.raises(SetupError, match="together"):
        read_credentials(None, tmp_path / "cert", None, None)
    monkeypatch.setenv("OMNI_ENGINE_TOKEN", TOKEN)
    assert read_credentials(None, None, None, None).token == TOKEN
    assert read_credentials(None, None, None, None).token == ""  # taken out of the environment
