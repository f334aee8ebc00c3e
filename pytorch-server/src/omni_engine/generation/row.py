"""One rollout while it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Literal

from transformers import PreTrainedTokenizerBase

from omni_engine.generation.request import Finished, PromptSpec, Sampling


@dataclass
class Row:
    """The tokens of a member so far, and why it ended."""

    prompt: PromptSpec
    member: int
    wanted: bool
    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)
    finish: Literal["stop", "length"] | None = None

    def append(self, token: int, logprob: float, entropy: float) -> None:
        """Adds the token just drawn."""
        self.tokens.append(token)
        self.logprobs.append(logprob)
        self.entropies.append(entropy)

    def check_end(self, tokenizer: PreTrainedTokenizerBase, eos_token: int, sampling: Sampling) -> None:
        """Sets `finish` where the last token ended the rollout."""
        if self.tokens[-1] == eos_token or ends_in_stop(tokenizer, self.tokens, sampling.stop):
            self.finish = "stop"
        elif len(self.tokens) == sampling.max_tokens:
            self.finish = "length"

    def finished(self, tokenizer: PreTrainedTokenizerBase) -> Finished:
        """The rollout as it leaves generation."""
        count = len(self.tokens)
        return Finished(
            prompt_id=self.prompt.prompt_id,
            member=self.member,
            prompt_tokens=list(self.prompt.tokens),
            tokens=self.tokens,
            logprobs=self.logprobs,
            text=text_of(tokenizer, self.tokens),
            finish=self.finish or "length",
            mean_logprob=fsum(self.logprobs) / count,
            mean_entropy=fsum(self.entropies) / count,
        )


def text_of(tokenizer: PreTrainedTokenizerBase, tokens: list[int]) -> str:
    """The text of completion tokens, special tokens removed, spaces as they stand."""
    return str(tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def ends_in_stop(tokenizer: PreTrainedTokenizerBase, tokens: list[int], stop: Sequence[str]) -> bool:
    """Whether a stop string ends inside the text of the last token.

    A token may carry text beyond the stop string (">\\n" after "</answer"); that text stays in the completion.
    """
    if not stop:
        return False
    window = tokens[-(max(len(text.encode()) for text in stop) + 4) :]
    now, before = text_of(tokenizer, window), text_of(tokenizer, window[:-1])
    return any(now.count(text) > before.count(text) for text in stop)
