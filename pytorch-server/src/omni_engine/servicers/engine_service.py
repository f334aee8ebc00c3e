"""The Engine service."""

from __future__ import annotations

import resource
import sys

import grpc

from omni_engine import __version__
from omni_engine.backends.command_queue import CommandQueue
from omni_engine.gen import engine_pb2 as pb
from omni_engine.gen import engine_pb2_grpc as rpc
from omni_engine.servicers.status import answers

PROTOCOL = "omni.engine.v1"
MAX_MESSAGE_BYTES = 64 * 2**20
_LOCAL_PEERS = ("unix:", "ipv4:127.", "ipv6:[::1]", "ipv6:%5B::1%5D")


class EngineService(rpc.EngineServicer):
    """Says what stands here. `judge` is its URL and token, both empty when it is off."""

    def __init__(self, queue: CommandQueue, judge: tuple[str, str]) -> None:
        self._queue = queue
        self._judge = judge

    @answers
    def GetCapabilities(self, request: pb.GetCapabilitiesRequest, context: grpc.ServicerContext) -> pb.Capabilities:
        """Answers at once, also while the backend is busy."""
        facts = self._queue.backend.facts
        url, token = self._judge if context.peer().startswith(_LOCAL_PEERS) else ("", "")
        return pb.Capabilities(
            protocol=PROTOCOL,
            server_version=__version__,
            backend=facts.name,
            device=facts.device,
            threads=facts.threads,
            roles=facts.roles,
            features=[*facts.features, *(["judge"] if url else [])],
            max_message_bytes=MAX_MESSAGE_BYTES,
            builtin_models=facts.builtin_models,
            judge_url=url,
            judge_token=token,
            max_rss_bytes=peak_memory_bytes(),
        )


def peak_memory_bytes() -> int:
    """Peak resident memory of this process."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
