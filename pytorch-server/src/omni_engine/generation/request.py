"""What is asked of generation, and what comes back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from omni_engine.errors import EngineError

MAX_SEED = 2**32


@dataclass(frozen=True)
class PromptSpec:
    """A prompt as tokens, a seed for each of its members, and the members whose rollouts are wanted (none: all)."""

    prompt_id: str
    tokens: Sequence[int]
    seeds: Sequence[int]  # uint32
    wanted: Sequence[int] = ()


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn. `temperature` 0 is greedy; `top_k` 0 and `top_p` 1 are off."""

    temperature: float
    max_tokens: int  # completion tokens, end-of-sequence included
    top_p: float = 1.0
    top_k: int = 0
    stop: Sequence[str] = ()  # text after which a completion ends; it stays in the completion
    max_prompt_tokens: int = 0  # 0: context length − max_tokens


@dataclass(frozen=True)
class Finished:
    """One rollout. `logprobs` has one float32 a token: natural, untruncated softmax(logits / T), T = 1 when greedy."""

    prompt_id: str
    member: int
    prompt_tokens: list[int]
    tokens: list[int]
    logprobs: list[float]
    text: str  # special tokens removed
    finish: Literal["stop", "length"]
    mean_logprob: float
    mean_entropy: float  # nats, full softmax at T = 1


def check_sampling(sampling: Sampling) -> None:
    """Raises EngineError bad_request, naming the field that is out of range."""
    wrong = {
        "temperature must be a finite number ≥ 0": not (
            math.isfinite(sampling.temperature) and sampling.temperature >= 0
        ),
        "top_p must be in (0, 1]": not 0 < sampling.top_p <= 1,
        "top_k must be ≥ 0": sampling.top_k < 0,
        "max_tokens must be ≥ 1": sampling.max_tokens < 1,
        "max_prompt_tokens must be ≥ 0": sampling.max_prompt_tokens < 0,
        "a stop string must not be empty": any(text == "" for text in sampling.stop),
    }
    for message, is_wrong in wrong.items():
        if is_wrong:
            raise EngineError("bad_request", message)


def check_prompts(prompts: Sequence[PromptSpec], sampling: Sampling, context_length: int, vocabulary_size: int) -> None:
    """Raises EngineError bad_request, naming the prompt that cannot be continued and what to change."""
    longest = context_length - sampling.max_tokens
    if longest < 1:
        raise EngineError(
            "bad_request",
            f"max_tokens {sampling.max_tokens} leaves no room for a prompt in {context_length} tokens of context; lower it",
        )
    limit = min(longest, sampling.max_prompt_tokens or longest)
    seen: set[str] = set()
    for prompt in prompts:
        name = f"prompt {prompt.prompt_id!r}"
        if prompt.prompt_id in seen:
            raise EngineError("bad_request", f"{name} appears twice; prompt ids must be unique in a request")
        seen.add(prompt.prompt_id)
        if not 1 <= len(prompt.tokens) <= limit:
            raise EngineError(
                "bad_request",
                f"{name} has {len(prompt.tokens)} tokens, allowed are 1 to {limit}; shorten it or lower max_tokens",
            )
        if not 0 <= min(prompt.tokens) <= max(prompt.tokens) < vocabulary_size:
            raise EngineError("bad_request", f"{name} has a token outside the vocabulary of {vocabulary_size}")
        if not prompt.seeds or not 0 <= min(prompt.seeds) <= max(prompt.seeds) < MAX_SEED:
            raise EngineError("bad_request", f"{name} needs one uint32 seed for each member, at least one")
        if any(not 0 <= member < len(prompt.seeds) for member in prompt.wanted):
            raise EngineError(
                "bad_request", f"{name} wants a member that has no seed; members are 0 to {len(prompt.seeds) - 1}"
            )
