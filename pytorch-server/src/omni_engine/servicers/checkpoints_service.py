"""The Checkpoints service."""

from __future__ import annotations

import dataclasses

import grpc

from omni_engine.backends import commands as c
from omni_engine.backends.command_queue import CommandQueue
from omni_engine.checkpoints import CheckpointFolder
from omni_engine.errors import EngineError
from omni_engine.gen import engine_pb2 as pb
from omni_engine.gen import engine_pb2_grpc as rpc
from omni_engine.servicers.status import answers, cancellation
from omni_engine.servicers.wire import model_info


class CheckpointsService(rpc.CheckpointsServicer):
    """Saves and restores; List and Delete touch no tensor and so do not wait for the backend."""

    def __init__(self, queue: CommandQueue, folder: CheckpointFolder | None) -> None:
        self._queue = queue
        self._checkpoints = folder

    @answers
    def Save(self, request: pb.SaveRequest, context: grpc.ServicerContext) -> pb.CheckpointInfo:
        """Whole or absent."""
        command = c.SaveCheckpoint(request.model_id, request.name, request.optimizer)
        return pb.CheckpointInfo(**dataclasses.asdict(self._queue.run(command, cancellation(context))))

    @answers
    def Load(self, request: pb.LoadRequest, context: grpc.ServicerContext) -> pb.ModelInfo:
        """Into a loaded model; its session ends."""
        command = c.LoadCheckpoint(request.model_id, request.name)
        return model_info(self._queue.run(command, cancellation(context)))

    @answers
    def List(self, request: pb.ListRequest, context: grpc.ServicerContext) -> pb.ListResponse:
        """In the order of names."""
        found = self._folder().list(request.prefix)
        return pb.ListResponse(
            checkpoints=[
                pb.CheckpointInfo(
                    name=stored.name,
                    weights_version=stored.manifest.weights_version,
                    weights_hash=stored.manifest.weights_hash,
                    bytes=stored.bytes,
                    optimizer=stored.manifest.optimizer,
                    base=stored.manifest.base,
                )
                for stored in found
            ]
        )

    @answers
    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> pb.DeleteResponse:
        """A checkpoint or an export."""
        self._folder().delete(request.name)
        return pb.DeleteResponse()

    @answers
    def Export(self, request: pb.ExportRequest, context: grpc.ServicerContext) -> pb.ExportResponse:
        """Below the checkpoint root, under the name given."""
        if request.format not in ("", "safetensors"):
            raise EngineError("unimplemented", f"format {request.format[:40]!r} is not offered; use safetensors")
        facts = self._queue.run(c.ExportModel(request.model_id, request.name), cancellation(context))
        return pb.ExportResponse(**dataclasses.asdict(facts))

    def _folder(self) -> CheckpointFolder:
        if self._checkpoints is None:
            raise EngineError("bad_request", "this server keeps no checkpoints; start it with --checkpoint-root DIR")
        return self._checkpoints
