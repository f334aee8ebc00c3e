"""A caller of a running engine: channels, and requests with the digests that engine.proto defines."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np
import pytest

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

    def load(self, model_id: str, **fields) -> pb.ModelInfo:
        return self.trainer.LoadModel(pb.LoadModelRequest(model_id=model_id, **({"base": "nano", "seed": 1} | fields)))

    def unload(self, model_id: str) -> None:
        self.trainer.UnloadModel(pb.UnloadModelRequest(model_id=model_id))

    def generate(self, model_id: str, texts: Sequence[str], n: int = 4, **fields) -> list[pb.GeneratedRollout]:
        request = generate_request(model_id, texts, n, **fields)
        return sorted(self.sampler.Generate(request), key=lambda rollout: (rollout.prompt_id, rollout.member))

    def forward_backward(self, model_id: str, step_id: str, seq: int, datums: Sequence[pb.Datum], loss=LOSS, **fields):
        return self.trainer.ForwardBackward(chunk(model_id, step_id, seq, datums, loss, **fields))

    def optim_step(self, model_id: str, step_id: str, seq: int, digests: Sequence[bytes], **fields):
        return self.trainer.OptimStep(optim_request(model_id, step_id, seq, digests, **fields))

    def hash_of(self, model_id: str) -> str:
        return self.load(model_id).weights_hash

    def train(self, model_id: str, step_id: str, **sampling) -> list[pb.GeneratedRollout]:
        """One whole update on rollouts of its own, in two chunks; their advantages come from their text."""
        rollouts = self.generate(model_id, ["one ", "and two "], **sampling)
        datums = [datum_of(rollout, math.sin(sum(rollout.tokens))) for rollout in rollouts]
        parts = [datums[:3], datums[3:]]
        for seq, part in enumerate(parts):
            self.forward_backward(model_id, step_id, seq, part)
        self.optim_step(model_id, step_id, 2, [chunk_digest(LOSS, part) for part in parts], divisor=2.0)
        return rollouts


def dial(address: str) -> Client:
    return Client(grpc.insecure_channel(address, OPTIONS))


def generate_request(model_id: str, texts: Sequence[str], n: int = 4, **fields) -> pb.GenerateRequest:
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
    model_id: str,
    step_id: str,
    seq: int,
    datums: Sequence[pb.Datum],
    loss: pb.LossConfig = LOSS,
    digest: bytes | None = None,
    count: int | None = None,
) -> Iterator[pb.ForwardBackwardRequest]:
    step = pb.Step(step_id=step_id, chunk_seq=seq, digest=chunk_digest(loss, datums) if digest is None else digest)
    header = pb.ForwardBackwardHeader(
        model_id=model_id, step=step, loss=loss, datums=len(datums) if count is None else count
    )
    yield pb.ForwardBackwardRequest(header=header)
    for datum in datums:
        yield pb.ForwardBackwardRequest(datum=datum)


def optim_request(
    model_id: str, step_id: str, seq: int, digests: Sequence[bytes], divisor: float = 1.0, adam=ADAM, **fields
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


@contextmanager
def refused(status: grpc.StatusCode, code: str, *words: str) -> Iterator[None]:
    """The block's call fails with this status and omni-code, and a one-line message that has these words."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    error = caught.value
    assert isinstance(error, grpc.Call)
    entries: Any = error.trailing_metadata()
    metadata = dict(entries or ())
    details = error.details() or ""
    assert (error.code(), metadata.get("omni-code")) == (status, code), details
    assert "\n" not in details
    for word in words:
        assert word in details
