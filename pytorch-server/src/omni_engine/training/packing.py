"""Datums into packed rows: the prompt of a group once, its completions behind it, each blind to the others.

A row is one sequence to the model. What a token sees is fixed by a tree mask (its own branch and the prefix of its tree)
and every branch restarts its positions behind the prefix, so the log-probs are those of the unpacked sequences.
Which datum lands in which row is a pure function of the datums in the order sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from omni_engine.training.datum import Datum


@dataclass(frozen=True)
class Tree:
    """A shared prefix and the datums that branch off behind it."""

    prefix_length: int
    datums: tuple[Datum, ...]

    def branch_length(self, datum: Datum) -> int:
        """Tokens of the branch that go through the model; the last trained token is a target only."""
        return int(datum.trained[-1]) - self.prefix_length

    @property
    def length(self) -> int:
        """Tokens of the whole tree that go through the model."""
        return self.prefix_length + sum(self.branch_length(datum) for datum in self.datums)


@dataclass(frozen=True)
class Row:
    """One packed sequence of L tokens, with M trained tokens behind one another in the order of `datums`."""

    datums: tuple[Datum, ...]
    tokens: NDArray[np.int64]  # (L,)
    positions: NDArray[np.int64]  # (L,)
    tree: NDArray[np.int64]  # (L,) number of the tree
    branch: NDArray[np.int64]  # (L,) number of the branch in the row, −1 in a prefix
    sources: NDArray[np.int64]  # (M,) row index whose output predicts the target
    targets: NDArray[np.int64]  # (M,) token ids
    splits: tuple[int, ...]  # trained tokens of each datum; they sum to M

    def attention_mask(self, dtype: torch.dtype, device: torch.device) -> torch.Tensor | None:
        """(1, 1, L, L): 0 where a query (dim 2) may see a key (dim 3), −inf elsewhere; None where plain causal will do."""
        if len(self.datums) == 1:
            return None
        tree, branch = torch.from_numpy(self.tree), torch.from_numpy(self.branch)
        related = (tree[:, None] == tree) & ((branch[:, None] == branch) | (branch == -1))
        visible = related.tril_()
        mask = torch.zeros(visible.shape, dtype=dtype).masked_fill_(~visible, float("-inf"))
        return mask[None, None].to(device)


def pack(datums: Sequence[Datum], token_budget: int) -> list[Row]:
    """Rows of at most `token_budget` tokens; a datum longer than that gets a row of its own."""
    rows: list[Row] = []
    pending: list[Tree] = []
    for tree in _bounded(_grow(datums), token_budget):
        if pending and sum(other.length for other in pending) + tree.length > token_budget:
            rows.append(_lay(pending))
            pending = []
        pending.append(tree)
    return [*rows, _lay(pending)] if pending else rows


def _grow(datums: Sequence[Datum]) -> list[Tree]:
    groups: dict[tuple[str, int], list[Datum]] = {}
    for number, datum in enumerate(datums):
        key = (datum.prefix_group, -1) if datum.prefix_group else ("", number)
        groups.setdefault(key, []).append(datum)
    trees: list[Tree] = []
    for group in groups.values():
        shared = _shared_prefix(group)
        trees += [Tree(shared, tuple(group))] if shared else [Tree(0, (datum,)) for datum in group]
    return trees


def _shared_prefix(group: Sequence[Datum]) -> int:
    """Tokens that all have in common and none trains; 0 for a single datum, where there is nothing to share."""
    if len(group) == 1:
        return 0
    length = min(int(datum.trained[0]) for datum in group)
    for datum in group[1:]:
        differs = np.flatnonzero(datum.tokens[:length] != group[0].tokens[:length])
        length = int(differs[0]) if differs.size else length
    return length


def _bounded(trees: Sequence[Tree], token_budget: int) -> list[Tree]:
    """Splits trees over budget into several with the same prefix."""
    bounded: list[Tree] = []
    for tree in trees:
        part: list[Datum] = []
        for datum in tree.datums:
            if part and Tree(tree.prefix_length, (*part, datum)).length > token_budget:
                bounded.append(Tree(tree.prefix_length, tuple(part)))
                part = []
            part.append(datum)
        bounded.append(Tree(tree.prefix_length, tuple(part)))
    return bounded


def _lay(trees: Sequence[Tree]) -> Row:
    tokens, positions, tree_of, branch_of, sources, targets = ([] for _ in range(6))
    length = branch = 0
    for number, tree in enumerate(trees):
        prefix_start, prefix = length, tree.prefix_length
        tokens.append(tree.datums[0].tokens[:prefix])
        positions.append(np.arange(prefix))
        branch_of.append(np.full(prefix, -1))
        length += prefix
        for datum in tree.datums:
            own = tree.branch_length(datum)
            tokens.append(datum.tokens[prefix : prefix + own])
            positions.append(np.arange(prefix, prefix + own))
            branch_of.append(np.full(own, branch))
            before = datum.trained - 1
            sources.append(np.where(before < prefix, prefix_start + before, length + before - prefix))
            targets.append(datum.tokens[datum.trained])
            length += own
            branch += 1
        tree_of.append(np.full(length - prefix_start, number))
    datums = tuple(datum for tree in trees for datum in tree.datums)
    joined = [
        np.concatenate(part).astype(np.int64) for part in (tokens, positions, tree_of, branch_of, sources, targets)
    ]
    return Row(datums, *joined, splits=tuple(len(datum.trained) for datum in datums))
