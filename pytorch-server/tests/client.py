"""A caller of a running engine: channels, and requests with the digests that engine.proto defines."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import grpc
import numpy as np

from omni_engine.gen import engine_pb2 as pb
from omni_engine.gen import engine_pb2_grpc as rpc

OPTIONS = [("grpc.max_receive_message_length", 2**26), ("grpc.max_send_message_length", 2**26)]
LOSS = pb.LossConfig(kind=pb.LOSS_KIND_POLICY_GRADIENT, clip_low=0.2, clip_high=0.2, temperature=1)
ADAM = pb.AdamParams(lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01)


@dataclass
class Client:
    channel: grpc.Channel
    engine: rpc.EngineStub = field(init=False)
    sampler: rpc.SamplerStub = field(init=False)
    trainer: rpc.TrainerStub = field(init=False)
    checkpoints: rpc.CheckpointsStub = field(init=False)

    def __post_init__(self) -> None:
        self.engine = rpc.EngineStub(self.channel)
        self.sampler = rpc.SamplerStub(self.channel)
        self.trainer = rpc.TrainerStub(self.channel)
        self.checkpoints = rpc.CheckpointsStub(self.channel)

    def load(self, model_id: str = "m", **fields) -> pb.ModelInfo:
        return self.trainer.LoadModel(pb.LoadModelRequest(model_id=model_id, base="nano", **({"seed": 1} | fields)))

    def generate(self, texts: Sequence[str], n: int = 4, model_id: str = "m", **fields) -> list[pb.GeneratedRollout]:
        request = generate_request(texts, n, model_id, **fields)
        return sorted(self.sampler.Generate(request), key=lambda rollout: (rollout.prompt_id, rollout.member))

    def forward_backward(self, step_id: str, seq: int, datums: Sequence[pb.Datum], loss=LOSS, **fields):
        return self.trainer.ForwardBackward(chunk(step_id, seq, datums, loss, **fields))

    def optim_step(self, step_id: str, seq: int, digests: Sequence[bytes], divisor: float = 1.0, **fields):
        return self.trainer.OptimStep(optim_request(step_id, seq, digests, divisor, **fields))


def dial(address: str, token: str = "") -> Client:
    channel = grpc.insecure_channel(address, OPTIONS)
    return Client(grpc.intercept_channel(channel, _Bearer(token)) if token else channel)


class _Bearer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamUnaryClientInterceptor):
    def __init__(self, token: str) -> None:
        self.metadata = [("authorization", f"Bearer {token}")]

    def _call(self, continuation, details, request):
        return continuation(details._replace(metadata=[*(details.metadata or []), *self.metadata]), request)

    intercept_unary_unary = intercept_unary_stream = intercept_stream_unary = _call


def generate_request(texts: Sequence[str], n: int = 4, model_id: str = "m", **fields) -> pb.GenerateRequest:
    sampling = {"n": n, "temperature": 1.0, "top_p": 1.0, "max_tokens": 16} | fields
    return pb.GenerateRequest(
        model_id=model_id,
        prompts=[
            pb.Prompt(prompt_id=f"p{index}", text=text, seeds=[100 * index + member for member in range(n)])
            for index, text in enumerate(texts)
        ],
        sampling=pb.SamplingParams(**sampling),
    )


def datum_of(rollout: pb.GeneratedRollout, advantage: float, weight: float = 1.0) -> pb.Datum:
    prompt, completion = len(rollout.prompt_tokens) // 4, len(rollout.tokens) // 4
    return pb.Datum(
        datum_id=f"{rollout.prompt_id}/{rollout.member}",
        tokens=rollout.prompt_tokens + rollout.tokens,
        mask=bytes(prompt) + b"\1" * completion,
        old_logprobs=rollout.logprobs,
        advantages=np.asarray([advantage], "<f4").tobytes(),
        weight=weight,
        prefix_group=rollout.prompt_id,
    )


def chunk_digest(loss: pb.LossConfig, datums: Sequence[pb.Datum]) -> bytes:
    parts = [loss, *datums]
    return hashlib.sha256(b"".join(part.SerializeToString(deterministic=True) for part in parts)).digest()


def chunk(
    step_id: str, seq: int, datums: Sequence[pb.Datum], loss=LOSS, model_id: str = "m", digest: bytes | None = None
) -> Iterator[pb.ForwardBackwardRequest]:
    step = pb.Step(step_id=step_id, chunk_seq=seq, digest=chunk_digest(loss, datums) if digest is None else digest)
    header = pb.ForwardBackwardHeader(model_id=model_id, step=step, loss=loss, datums=len(datums))
    yield pb.ForwardBackwardRequest(header=header)
    for datum in datums:
        yield pb.ForwardBackwardRequest(datum=datum)


def optim_request(
    step_id: str, seq: int, digests: Sequence[bytes], divisor: float = 1.0, model_id: str = "m", adam=ADAM, **fields
) -> pb.OptimStepRequest:
    digest = hashlib.sha256(b"".join(digests) + struct.pack("<d", divisor)).digest()
    return pb.OptimStepRequest(
        model_id=model_id,
        step=pb.Step(step_id=step_id, chunk_seq=seq, digest=digest),
        adam=adam,
        divisor=divisor,
        chunk_digests=digests,
        **fields,
    )


def code_of(error: grpc.RpcError) -> str:
    """The omni-code of a failed call."""
    assert isinstance(error, grpc.Call)
    return str(dict(error.trailing_metadata() or {}).get("omni-code", ""))
