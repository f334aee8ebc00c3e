"""The gRPC server: services, health, limits; bound, announced and ended."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from omni_engine.backends.command_queue import CommandQueue
from omni_engine.checkpoints import CheckpointFolder
from omni_engine.credentials import Credentials, TokenGate
from omni_engine.gen import engine_pb2 as pb
from omni_engine.gen import engine_pb2_grpc as rpc
from omni_engine.listen import Address, SetupError, prepare_socket
from omni_engine.servicers.checkpoints_service import CheckpointsService
from omni_engine.servicers.engine_service import MAX_MESSAGE_BYTES, EngineService
from omni_engine.servicers.sampler_service import SamplerService
from omni_engine.servicers.trainer_service import TrainerService

# A waiting call holds a thread; the backend itself works on one thing at a time.
_CALLS_AT_ONCE = 32
_NAMES = [*(service.full_name for service in pb.DESCRIPTOR.services_by_name.values()), health.SERVICE_NAME]
_OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
]


@dataclass
class Server:
    """A server that is up."""

    address: str
    grpc_server: grpc.Server
    queue: CommandQueue
    socket_path: Path | None
    address_file: Path | None

    def announce(self) -> None:
        """Writes {"address", "pid"} to the address file, whole or not at all, and one line to stderr."""
        if self.address_file:
            part = self.address_file.with_name(f".{self.address_file.name}.{os.getpid()}")
            part.write_text(json.dumps({"address": self.address, "pid": os.getpid()}) + "\n")
            part.replace(self.address_file)
        print(f"omni-engine: serving on {self.address} (pid {os.getpid()})", file=sys.stderr, flush=True)

    def tidy(self) -> None:
        """Removes socket and address file."""
        for path in (self.socket_path, self.address_file):
            if path:
                path.unlink(missing_ok=True)

    def stop(self, grace_s: float) -> None:
        """Refuses new calls, stops the running one at its next unit of work, tidies."""
        stopped = self.grpc_server.stop(grace_s)
        self.queue.close(grace_s)
        stopped.wait(grace_s + 1)
        self.tidy()


def serve(
    address: Address,
    credentials: Credentials,
    queue: CommandQueue,
    checkpoints: CheckpointFolder | None,
    judge: tuple[str, str],
    address_file: Path | None = None,
) -> Server:
    """Binds and starts; `judge` is its URL and token, empty when off. Raises SetupError where the address is not free."""
    if address.socket_path:
        prepare_socket(address.socket_path)
    gates: list[grpc.ServerInterceptor] = [TokenGate(credentials.token)] if credentials.token else []
    server = grpc.server(ThreadPoolExecutor(_CALLS_AT_ONCE, "call"), interceptors=gates, options=_OPTIONS)
    rpc.add_EngineServicer_to_server(EngineService(queue, judge), server)
    rpc.add_SamplerServicer_to_server(SamplerService(queue), server)
    rpc.add_TrainerServicer_to_server(TrainerService(queue), server)
    rpc.add_CheckpointsServicer_to_server(CheckpointsService(queue, checkpoints), server)
    _add_health(server)
    if address.is_local:
        reflection.enable_server_reflection([*_NAMES, reflection.SERVICE_NAME], server)
    port = _bind(server, address, credentials)
    server.start()
    return Server(address.target(port), server, queue, address.socket_path, address_file)


def _add_health(server: grpc.Server) -> None:
    servicer = health.HealthServicer()
    for name in ["", *_NAMES]:
        servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)


def _bind(server: grpc.Server, address: Address, credentials: Credentials) -> int:
    try:
        target, tls = address.target(), credentials.tls
        port = server.add_secure_port(target, tls) if tls else server.add_insecure_port(target)
    except RuntimeError:
        port = 0
    if port == 0:
        raise SetupError(f"--listen {address.target()}: cannot bind; is it in use, or not an address of this machine?")
    return port
