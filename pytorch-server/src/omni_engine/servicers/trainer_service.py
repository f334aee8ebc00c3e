"""The Trainer service."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

import grpc

from omni_engine.backends import commands as c
from omni_engine.backends.command_queue import CommandQueue
from omni_engine.errors import EngineError
from omni_engine.gen import engine_pb2 as pb
from omni_engine.gen import engine_pb2_grpc as rpc
from omni_engine.servicers.learning import adam_settings, datum, loss_settings
from omni_engine.servicers.status import answers, cancellation
from omni_engine.servicers.wire import model_info, name, number, position, positive, refuse
from omni_engine.training import Datum
from omni_engine.training.ledger import optim_digest

_MOST_DATUMS = 65_536
_MOST_TOKENS = 2**24
_MOST_MERGED = 64


class TrainerService(rpc.TrainerServicer):
    """Loads models, sums gradients and steps."""

    def __init__(self, queue: CommandQueue) -> None:
        self._queue = queue

    @answers
    def LoadModel(self, request: pb.LoadModelRequest, context: grpc.ServicerContext) -> pb.ModelInfo:
        """Deterministic in (base, seed)."""
        if request.adapter != pb.ADAPTER_FULL:
            raise EngineError("unimplemented", "this server trains all weights; use adapter: full")
        command = c.LoadModel(
            name("model_id", request.model_id),
            name("base", request.base),
            request.seed,
            request.from_checkpoint,
            request.replace,
        )
        return model_info(self._queue.run(command, cancellation(context)))

    @answers
    def UnloadModel(self, request: pb.UnloadModelRequest, context: grpc.ServicerContext) -> pb.UnloadModelResponse:
        """Frees the model's memory."""
        self._queue.run(c.UnloadModel(request.model_id), cancellation(context))
        return pb.UnloadModelResponse()

    @answers
    def ForwardBackward(
        self, request: Iterator[pb.ForwardBackwardRequest], context: grpc.ServicerContext
    ) -> pb.ForwardBackwardResponse:
        """Adds a chunk's gradients, whole or not at all."""
        report = self._queue.run(_chunk(request), cancellation(context))
        return pb.ForwardBackwardResponse(**dataclasses.asdict(report))

    @answers
    def OptimStep(self, request: pb.OptimStepRequest, context: grpc.ServicerContext) -> pb.OptimStepResponse:
        """Divides, clips, steps."""
        digests = tuple(request.chunk_digests)
        divisor = number("divisor", request.divisor, 0)
        command = c.OptimStep(
            model_id=request.model_id,
            position=position(request.step, optim_digest(digests, divisor)),
            adam=adam_settings(request.adam, request.grad_clip),
            divisor=divisor if request.skip_update else positive("divisor", divisor),
            chunk_digests=digests,
            skip_update=request.skip_update,
            fresh_optimizer=request.fresh_optimizer,
        )
        return pb.OptimStepResponse(**dataclasses.asdict(self._queue.run(command, cancellation(context))))

    @answers
    def DiscardGradients(
        self, request: pb.DiscardGradientsRequest, context: grpc.ServicerContext
    ) -> pb.DiscardGradientsResponse:
        """Drops an open step; 0 chunks where there is none of that name."""
        chunks = self._queue.run(c.DiscardGradients(request.model_id, request.step_id), cancellation(context))
        return pb.DiscardGradientsResponse(chunks=chunks)

    @answers
    def GradientNorms(
        self, request: pb.GradientNormsRequest, context: grpc.ServicerContext
    ) -> pb.GradientNormsResponse:
        """Of the buckets kept apart; none without keep_bucket."""
        command = c.GradientNorms(request.model_id, name("step_id", request.step_id))
        return pb.GradientNormsResponse(**dataclasses.asdict(self._queue.run(command, cancellation(context))))

    @answers
    def Merge(self, request: pb.MergeRequest, context: grpc.ServicerContext) -> pb.MergeResponse:
        """TIES, into a checkpoint of its own."""
        facts = self._queue.run(_merge(request), cancellation(context))
        return pb.MergeResponse(checkpoint=facts.name, info=pb.CheckpointInfo(**dataclasses.asdict(facts)))


def _merge(request: pb.MergeRequest) -> c.MergeCheckpoints:
    if request.method != "ties":
        raise refuse(f"method is {request.method[:40]!r}; this server merges by 'ties'")
    if not 1 <= len(request.checkpoints) <= _MOST_MERGED:
        raise refuse(f"checkpoints has {len(request.checkpoints)} names; merge 1 to {_MOST_MERGED}")
    weights = tuple(positive(f"weights[{index}]", weight) for index, weight in enumerate(request.weights))
    if weights and len(weights) != len(request.checkpoints):
        raise refuse(
            f"weights has {len(weights)} values for {len(request.checkpoints)} checkpoints; send one each, or none"
        )
    return c.MergeCheckpoints(
        model_id=request.model_id,
        name=request.name,
        checkpoints=tuple(request.checkpoints),
        weights=weights or (1.0,) * len(request.checkpoints),
        density=number("density", positive("density", request.density), 0, 1),
        scale=number("lambda", getattr(request, "lambda")),
        base_checkpoint=request.base_checkpoint,
    )


def _chunk(parts: Iterator[pb.ForwardBackwardRequest]) -> c.ForwardBackward:
    """The command in a request stream: a header, then exactly as many datums as it says.

    The digest is over SerializeToString(deterministic=True) of LossConfig and of each Datum: fields in ascending
    order, defaults left out, which are the bytes that canonical proto3 encoders put on the wire.
    """
    first = next(parts, None)
    if first is None or first.WhichOneof("part") != "header":
        raise refuse("the first message of ForwardBackward must be its header")
    header = first.header
    if not 1 <= header.datums <= _MOST_DATUMS:
        raise refuse(f"header.datums is {header.datums}; it must be 1 to {_MOST_DATUMS}")
    loss = loss_settings(header.loss)
    digest = hashlib.sha256(header.loss.SerializeToString(deterministic=True))
    datums: list[Datum] = []
    tokens = 0
    for part in parts:
        if part.WhichOneof("part") != "datum" or len(datums) == header.datums:
            raise refuse(f"after the header come {header.datums} datums and nothing else")
        digest.update(part.datum.SerializeToString(deterministic=True))
        datums.append(datum(part.datum, loss))
        tokens += len(datums[-1].tokens)
        if tokens > _MOST_TOKENS:
            raise refuse(f"more than {_MOST_TOKENS} tokens in one chunk; send several chunks")
    if len(datums) != header.datums:
        raise refuse(f"header.datums is {header.datums}, but {len(datums)} came")
    if len({one.datum_id for one in datums}) != len(datums):
        raise refuse("datum_id appears twice in the chunk")
    return c.ForwardBackward(
        header.model_id,
        position(header.step, digest.digest()),
        loss,
        tuple(datums),
        name("bucket", header.bucket) if header.keep_bucket else None,
    )
