"""Which rows run together: a pure function of the request, so that a repeated request repeats every bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omni_engine.generation.request import PromptSpec


@dataclass(frozen=True)
class Budget:
    """Bounds on one decode batch. `cache_tokens` counts rows × (longest prompt + max_tokens)."""

    rows: int = 64
    cache_tokens: int = 24_576


@dataclass(frozen=True)
class Group:
    """Members of one prompt that decode in one batch, and so share its prefill."""

    prompt: PromptSpec
    members: tuple[int, ...]

    @property
    def wanted(self) -> set[int]:
        """The members among these whose rollouts are asked for."""
        return set(self.members) & set(self.prompt.wanted or range(len(self.prompt.seeds)))


def plan_batches(prompts: Sequence[PromptSpec], max_tokens: int, budget: Budget) -> list[list[Group]]:
    """Batches of groups in the order of the request.

    A group is split only where it exceeds the budget by itself. What is wanted plays no part: asking for less leaves
    the batches, and so the arithmetic, as they were.
    """
    batches: list[list[Group]] = []
    rows, longest = 0, 0
    for prompt in prompts:
        per_row = len(prompt.tokens) + max_tokens
        size = max(1, min(budget.rows, budget.cache_tokens // per_row))
        for first in range(0, len(prompt.seeds), size):
            group = Group(prompt, tuple(range(first, min(first + size, len(prompt.seeds)))))
            together = rows + len(group.members)
            width = max(longest, per_row)
            if not batches or together > budget.rows or together * width > budget.cache_tokens:
                batches.append([])
                together, width = len(group.members), per_row
            batches[-1].append(group)
            rows, longest = together, width
    return batches
