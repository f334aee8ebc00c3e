"""Chat completions over a frozen model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from omni_engine.errors import EngineError
from omni_engine.generation import PromptSpec, Sampling, generate, render
from omni_engine.judge.prefixes import Prefixes, beginning
from omni_engine.judge.schema import FlatSchema
from omni_engine.judge.write_json import write_json
from omni_engine.models import LoadedModel


class Completion(NamedTuple):
    """An assistant's turn and what it cost in tokens."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    finish: Literal["stop", "length"]


class Complete(Protocol):
    """Answers a chat; with a schema, in JSON that satisfies it. Raises EngineError bad_request."""

    def __call__(
        self,
        messages: Sequence[dict[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        seed: int,
        schema: FlatSchema | None,
    ) -> Completion:
        """One assistant's turn of at most `max_tokens` tokens; `temperature` 0 is greedy."""
        ...


def frozen_judge(loaded: LoadedModel) -> Complete:
    """A `Complete` over `loaded`: seeded, and equal calls give equal answers. Not safe to call from two threads.

    It remembers how prompts began, so that instructions and rubric are read once; what it remembers changes no answer.
    """
    prefixes = Prefixes()

    def complete(
        messages: Sequence[dict[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        seed: int,
        schema: FlatSchema | None,
    ) -> Completion:
        prompt = render(loaded, chat=messages)
        if len(prompt) >= loaded.context_length:
            raise EngineError(
                "bad_request",
                f"the chat has {len(prompt)} tokens, the judge's context {loaded.context_length}; shorten it",
            )
        room = min(max_tokens, loaded.context_length - len(prompt))
        if schema is not None:
            cut = beginning(loaded, messages, prompt)
            written = write_json(loaded, prompt, schema, room, temperature, seed, prefixes, cut)
            return Completion(written.text, len(prompt), written.tokens, "stop")
        (rollout,) = generate(loaded, [PromptSpec("judge", prompt, [seed])], Sampling(temperature, room))
        return Completion(rollout.text, len(prompt), len(rollout.tokens), rollout.finish)

    return complete
