"""Keys and values of prompts' beginnings, kept for the next prompt that begins alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from torch import Tensor
from transformers import DynamicCache

from omni_engine.generation.render import render_chat
from omni_engine.models import LoadedModel

KEPT_TOKENS = 1024  # of all beginnings together: 47 MB with SmolLM2-135M

Beginning = list[tuple[Tensor, Tensor]]  # keys and values, a pair a layer


def beginning(loaded: LoadedModel, messages: Sequence[Mapping[str, str]], prompt: Sequence[int]) -> int:
    """How many tokens of `prompt`, which renders `messages`, say what is asked: its system message but its last paragraph.

    There judges put their rubric, and behind it what differs from call to call. A function of the messages alone: the prompt
    is read in two pieces cut here whether or not the first is remembered, so memory changes no bit of an answer.
    """
    head = messages[0]["content"].rpartition("\n\n")[0] if messages[0]["role"] == "system" else ""
    before, found, _ = render_chat(loaded, messages).partition(head) if head else ("", "", "")
    alone = loaded.tokenizer.encode(before + found, add_special_tokens=False) if found else []
    differs = (at for at, (own, other) in enumerate(zip(alone, prompt[:-1], strict=False)) if own != other)
    return next(differs, min(len(alone), len(prompt) - 1))


class Prefixes:
    """Beginnings by their tokens; the least recently used go first. Belongs to one model's fixed weights."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, ...], Beginning] = OrderedDict()

    @property
    def tokens(self) -> int:
        """Tokens of all beginnings kept."""
        return sum(len(key) for key in self._kept)

    def recall(self, tokens: Sequence[int], cache: DynamicCache) -> bool:
        """Whether `tokens` are remembered; then the empty `cache` has now read them."""
        kept = self._kept.get(tuple(tokens))
        if kept is None:
            return False
        self._kept.move_to_end(tuple(tokens))
        for layer, (keys, values) in enumerate(kept):
            cache.update(keys, values, layer)
        return True

    def keep(self, tokens: Sequence[int], cache: DynamicCache) -> None:
        """Remembers `tokens`, which are all that `cache` has read."""
        self._kept[tuple(tokens)] = [
            (layer.keys.clone(), layer.values.clone())  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]
            for layer in cache.layers
        ]
        while self.tokens > KEPT_TOKENS:
            self._kept.popitem(last=False)
