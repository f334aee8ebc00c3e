"""From messages to commands' parts; everything from the wire is checked here, by name of field.

What needs the loaded model (vocabulary, context length) is left to the backend.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from omni_engine.backends.commands import ModelFacts, PromptInput
from omni_engine.errors import EngineError
from omni_engine.gen import engine_pb2 as pb
from omni_engine.training import StepPosition

_LONGEST_NAME = 200


def refuse(message: str) -> EngineError:
    """A bad_request."""
    return EngineError("bad_request", message)


def name(field: str, value: str) -> str:
    """`value`, if it is a name of 1 to 200 printable characters."""
    if not 1 <= len(value) <= _LONGEST_NAME or not value.isprintable():
        raise refuse(f"{field} must have 1 to {_LONGEST_NAME} printable characters")
    return value


def number(field: str, value: float, low: float = -math.inf, high: float = math.inf) -> float:
    """`value`, if it is finite and in [low, high]."""
    if not math.isfinite(value) or not low <= value <= high:
        raise refuse(f"{field} is {value}; it must be finite and in [{low:g}, {high:g}]")
    return value


def positive(field: str, value: float) -> float:
    """`value`, if it is finite and > 0."""
    if not math.isfinite(value) or value <= 0:
        raise refuse(f"{field} is {value}; it must be finite and > 0")
    return value


def int32s(field: str, packed: bytes) -> NDArray[np.int32]:
    """Packed little-endian int32, read-only."""
    if len(packed) % 4:
        raise refuse(f"{field} has {len(packed)} bytes; packed int32 needs a multiple of 4")
    return np.frombuffer(packed, dtype="<i4")


def float32s(field: str, packed: bytes) -> NDArray[np.float32]:
    """Packed little-endian float32, read-only, all finite."""
    if len(packed) % 4:
        raise refuse(f"{field} has {len(packed)} bytes; packed float32 needs a multiple of 4")
    values = np.frombuffer(packed, dtype="<f4")
    if not np.isfinite(values).all():
        raise refuse(f"{field} has a value that is not finite")
    return values


def pack_int32(values: Sequence[int]) -> bytes:
    """Little-endian int32."""
    return np.asarray(values, dtype="<i4").tobytes()


def pack_float32(values: Sequence[float]) -> bytes:
    """Little-endian float32."""
    return np.asarray(values, dtype="<f4").tobytes()


def position(step: pb.Step, digest: bytes) -> StepPosition:
    """The call's place, after checking that its digest is `digest`, which the server computed."""
    name("step.step_id", step.step_id)
    if step.digest != digest:
        raise EngineError(
            "digest_mismatch",
            f"step {step.step_id!r}, chunk_seq {step.chunk_seq}: the content's SHA-256 is {digest.hex()[:16]}…, step.digest says "
            f"{step.digest.hex()[:16] or 'nothing'}; the message was damaged or is hashed otherwise than engine.proto says",
        )
    return StepPosition(step.step_id, step.chunk_seq, digest)


def prompt(message: pb.Prompt) -> PromptInput:
    """One prompt; whether it fits the model is for generation to say."""
    name("prompts[].prompt_id", message.prompt_id)
    content = message.WhichOneof("content")
    if content is None:
        raise refuse(f"prompt {message.prompt_id!r} has no content; set chat, text or tokens")
    chat = [{"role": turn.role, "content": turn.content} for turn in message.chat.messages]
    packed = int32s(f"prompt {message.prompt_id!r}: tokens", message.tokens)
    return PromptInput(
        prompt_id=message.prompt_id,
        chat=chat if content == "chat" else None,
        text=message.text if content == "text" else None,
        tokens=tuple(packed.tolist()) if content == "tokens" else None,
        seeds=tuple(message.seeds),
        wanted=tuple(message.wanted),
    )


def is_reference(weights: pb.Weights) -> bool:
    """Whether the frozen weights are meant."""
    if weights not in (pb.WEIGHTS_POLICY, pb.WEIGHTS_REFERENCE):
        raise refuse(f"weights is {weights}; use WEIGHTS_POLICY or WEIGHTS_REFERENCE")
    return weights == pb.WEIGHTS_REFERENCE


def model_info(facts: ModelFacts) -> pb.ModelInfo:
    """ModelInfo as it goes out."""
    return pb.ModelInfo(
        model_id=facts.model_id,
        base=facts.base,
        weights_version=facts.weights_version,
        weights_hash=facts.weights_hash,
        parameters=facts.parameters,
        context_length=facts.context_length,
        eos_token=facts.eos_token,
        session_id=facts.session_id,
    )
