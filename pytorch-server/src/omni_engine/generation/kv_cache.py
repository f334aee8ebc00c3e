"""Keys and values of a decode batch, in one buffer a layer that grows by blocks instead of by concatenation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

BLOCK = 64


class Slot:
    """Where the next keys and values go; one for all layers, since layers run one after another."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows = slice(0, rows)
        self.total_rows = rows
        self.start = 0
        self.columns = columns
        self.prefill = False


class GrowingLayer(CacheLayerMixin):
    """A layer's buffers keys_RHCD and values_RHCD: rows × heads × columns × head width."""

    def __init__(self, slot: Slot) -> None:
        super().__init__()
        self.slot = slot

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Allocates the buffers, zeroed: a masked column must hold finite numbers."""
        self.keys = self.buffer(key_states)
        self.values = self.buffer(value_states)
        self.is_initialized = True

    def buffer(self, states_RHLD: Tensor) -> Tensor:
        """Zeroes of the batch's rows and columns and of these states' heads and width."""
        _, heads, _, width = states_RHLD.shape
        return states_RHLD.new_zeros(self.slot.total_rows, heads, self.slot.columns, width)

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Stores the new columns; a prefill attends to itself, a decode step to all columns so far."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None
        assert self.values is not None
        slot, end = self.slot, self.slot.start + key_states.shape[-2]
        self.keys[slot.rows, :, slot.start : end] = key_states
        self.values[slot.rows, :, slot.start : end] = value_states
        if slot.prefill:
            return key_states, value_states
        return self.keys[:, :, :end], self.values[:, :, :end]

    def keep(self, rows: Tensor, columns: int) -> None:
        """Keeps these rows, in this order, in buffers of `columns` columns."""
        filled = self.slot.start
        for name in ("keys", "values"):
            old_RHCD: Tensor = getattr(self, name)
            new_RHCD = old_RHCD.new_zeros(len(rows), old_RHCD.shape[1], columns, old_RHCD.shape[3])
            new_RHCD[:, :, :filled] = old_RHCD[rows, :, :filled]
            setattr(self, name, new_RHCD)

    def get_seq_length(self) -> int:
        """Columns already filled for the rows being written."""
        return 0 if self.slot.prefill else self.slot.start

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of what a query of this length attends to."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """No bound: the buffers grow."""
        return -1


class BatchCache(Cache):
    """The cache of a batch whose prompts all end at the same column, so that a decode step fills one column."""

    def __init__(self, layers: int, rows: int, prompt_columns: int) -> None:
        self.slot = Slot(rows, prompt_columns + BLOCK)
        self.growing = [GrowingLayer(self.slot) for _ in range(layers)]
        super().__init__(layers=list(self.growing))
        self.prompt_columns = prompt_columns

    def begin_prefill(self, first_row: int, rows: int, prompt_length: int) -> None:
        """Aims at one prompt, computed once and stored for each of its rows."""
        self.slot.rows = slice(first_row, first_row + rows)
        self.slot.start = self.prompt_columns - prompt_length
        self.slot.prefill = True

    def begin_decode(self) -> None:
        """Aims at the first column after the prompts, for all rows."""
        self.slot.rows = slice(None)
        self.slot.start = self.prompt_columns
        self.slot.prefill = False

    def advance(self) -> None:
        """Moves on by the column that a decode step has filled; grows the buffers where they are full."""
        self.slot.start += 1
        if self.slot.start == self.slot.columns:
            self.keep(range(self.slot.total_rows))

    def keep(self, rows: Sequence[int]) -> None:
        """Drops all other rows, and makes room for another block of columns."""
        self.slot.total_rows = len(rows)
        self.slot.columns = self.slot.start + BLOCK
        for layer in self.growing:
            if layer.keys is not None:
                layer.keep(torch.tensor(rows, device=layer.keys.device), self.slot.columns)
