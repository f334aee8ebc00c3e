"""A model reading one sequence step by step, able to take back what it has read last."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import DynamicCache

from omni_engine.generation.draw import Draw, draw
from omni_engine.generation.request import Sampling
from omni_engine.judge.prefixes import Prefixes
from omni_engine.models import LoadedModel


class Reader:
    """Holds the cache of a sequence; each call costs only the tokens that are new."""

    def __init__(self, loaded: LoadedModel, prefixes: Prefixes | None = None) -> None:
        self.loaded = loaded
        self.prefixes = prefixes
        self.cache = (
            DynamicCache()
        )  # full layers only: a context never exceeds a sliding window here, and these can be cropped
        self.length = 0
        self.logits_V: Tensor | None = None

    @torch.inference_mode()
    def begin(self, prompt: Sequence[int], cut: int = 0) -> None:
        """Reads a prompt into the empty cache in two pieces; the first, of `cut` tokens, costs nothing where remembered."""
        if cut and self.prefixes and self.prefixes.recall(prompt[:cut], self.cache):
            self.length = cut
        elif cut:
            self.read(prompt[:cut])
            if self.prefixes:
                self.prefixes.keep(prompt[:cut], self.cache)
        self.read(prompt[cut:])

    @torch.inference_mode()
    def read(self, tokens: Sequence[int], *, all_logits: bool = False) -> Tensor:
        """Appends tokens (at least one); returns logits_LV of the token after the last, or after each."""
        device = self.loaded.model.device
        ids_1L = torch.tensor([tokens], device=device)
        positions_1L = torch.arange(self.length, self.length + len(tokens), device=device)[None]
        output = self.loaded.model(
            input_ids=ids_1L,
            position_ids=positions_1L,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=len(tokens) if all_logits else 1,
        )
        self.length += len(tokens)
        self.logits_V = output.logits[0, -1].float()
        return output.logits[0].float()

    @torch.inference_mode()
    def next(self, uniform: float, temperature: float) -> int:
        """Draws the token to follow, without reading it."""
        assert self.logits_V is not None, "read a prompt first"
        drawn: Draw = draw(
            self.logits_V[None],
            torch.tensor([uniform], dtype=torch.float64).to(self.logits_V.device),
            Sampling(temperature, 1),
        )
        return int(drawn.tokens_R[0])

    @torch.inference_mode()
    def logprob(self, tokens: Sequence[int]) -> float:
        """The total log-probability of `tokens` as the continuation; leaves the sequence as it was."""
        before_V = self.logits_V
        assert before_V is not None, "read a prompt first"
        logits_LV = torch.cat([before_V[None], self.read(tokens, all_logits=True)[:-1]])
        logprobs_L = logits_LV.log_softmax(-1).gather(-1, torch.tensor(tokens, device=logits_LV.device)[:, None])
        self.cache.crop(-len(tokens))
        self.length -= len(tokens)
        self.logits_V = before_V
        return float(logprobs_L.double().sum())
