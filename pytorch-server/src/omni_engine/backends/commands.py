"""The commands that a backend executes, one after another. Plain data, so that rank 0 can broadcast them.

`Command[R]` is answered with an R. All of them are checked for form by the servicers; what needs the model to check
(vocabulary, context length) the backend checks before it changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from omni_engine.generation import Chat, Finished, Sampling, Score, ScoredSequence
from omni_engine.judge import Completion
from omni_engine.judge.schema import FlatSchema
from omni_engine.training import AdamSettings, BucketNorms, ChunkReport, Datum, LossSettings, StepPosition

R = TypeVar("R")


class Command(Generic[R]):
    """A request to a backend, answered with an R."""


@dataclass(frozen=True)
class ModelFacts:
    """ModelInfo of the proto."""

    model_id: str
    base: str
    weights_version: int
    weights_hash: str
    parameters: int
    context_length: int
    eos_token: int
    session_id: str


@dataclass(frozen=True)
class LoadModel(Command[ModelFacts]):
    """Loads `base`; answered with the loaded instance where it has the same settings."""

    model_id: str
    base: str
    seed: int
    from_checkpoint: str = ""
    replace: bool = False


@dataclass(frozen=True)
class UnloadModel(Command[None]):
    """Frees an instance and its summed gradients."""

    model_id: str


@dataclass(frozen=True)
class PromptInput:
    """A prompt before it is tokenized: exactly one of chat, text and tokens is not None."""

    prompt_id: str
    chat: Chat | None = None
    text: str | None = None
    tokens: tuple[int, ...] | None = None
    seeds: tuple[int, ...] = ()
    wanted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rollout:
    """A finished rollout and the version of the weights that made it."""

    finished: Finished
    weights_version: int


@dataclass(frozen=True)
class Generate(Command[Iterator[Rollout]]):
    """Samples; `expected_version` None accepts any."""

    model_id: str
    prompts: tuple[PromptInput, ...]
    sampling: Sampling
    reference: bool = False
    expected_version: int | None = None


@dataclass(frozen=True)
class ScoreTokens(Command[list[Score]]):
    """Log-probs and entropies of given tokens."""

    model_id: str
    sequences: tuple[ScoredSequence, ...]
    temperature: float
    reference: bool = False


@dataclass(frozen=True)
class Tokenize(Command[list[list[int]]]):
    """Token ids of prompts, in their order."""

    model_id: str
    prompts: tuple[PromptInput, ...]


@dataclass(frozen=True)
class CheckVersion(Command[int]):
    """SyncWeights where one process samples and trains: the version must be the one held."""

    model_id: str
    weights_version: int


@dataclass(frozen=True)
class ForwardBackward(Command[ChunkReport]):
    """Adds one chunk's gradients to those of its step."""

    model_id: str
    position: StepPosition
    loss: LossSettings
    datums: tuple[Datum, ...]
    kept_bucket: str | None = None  # the bucket whose sum is also kept apart


@dataclass(frozen=True)
class GradientNorms(Command[BucketNorms]):
    """Norms and cosines of the buckets that the open step keeps apart."""

    model_id: str
    step_id: str


@dataclass(frozen=True)
class StepReport:
    """OptimStepResponse of the proto."""

    grad_norm: float
    weights_version: int
    update_norm: float
    seconds: float


@dataclass(frozen=True)
class OptimStep(Command[StepReport]):
    """Ends the open step."""

    model_id: str
    position: StepPosition
    adam: AdamSettings
    divisor: float
    chunk_digests: tuple[bytes, ...]
    skip_update: bool = False
    fresh_optimizer: bool = False


@dataclass(frozen=True)
class DiscardGradients(Command[int]):
    """Drops an open step; answered with how many chunks it had."""

    model_id: str
    step_id: str


@dataclass(frozen=True)
class CheckpointFacts:
    """CheckpointInfo of the proto."""

    name: str
    weights_version: int
    weights_hash: str
    bytes: int
    optimizer: bool
    base: str


@dataclass(frozen=True)
class SaveCheckpoint(Command[CheckpointFacts]):
    """Writes weights, and with `optimizer` the moments and RNG, under a name."""

    model_id: str
    name: str
    optimizer: bool


@dataclass(frozen=True)
class MergeCheckpoints(Command[CheckpointFacts]):
    """Writes checkpoint `name`: the TIES merge of `checkpoints` against `base_checkpoint`, or the frozen base where empty."""

    model_id: str
    name: str
    checkpoints: tuple[str, ...]
    weights: tuple[float, ...]
    density: float
    scale: float
    base_checkpoint: str = ""


@dataclass(frozen=True)
class LoadCheckpoint(Command[ModelFacts]):
    """Restores a checkpoint into a loaded model; its summed gradients are dropped."""

    model_id: str
    name: str


@dataclass(frozen=True)
class ExportFacts:
    """ExportResponse of the proto; `folder` is on the server's disk."""

    name: str
    files: tuple[str, ...]
    bytes: int
    folder: str


@dataclass(frozen=True)
class ExportModel(Command[ExportFacts]):
    """Writes a folder that transformers loads."""

    model_id: str
    name: str


@dataclass(frozen=True)
class Judge(Command[Completion]):
    """One assistant's turn of the trial judge: the frozen base of the model that was loaded first."""

    messages: tuple[dict[str, str], ...]
    max_tokens: int
    temperature: float
    seed: int
    schema: FlatSchema | None = None
