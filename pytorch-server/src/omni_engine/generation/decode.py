"""Decoding of one batch: each prompt computed once, its members side by side, finished rows dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from omni_engine.generation.draw import draw, uniforms
from omni_engine.generation.kv_cache import BatchCache
from omni_engine.generation.plan import Group
from omni_engine.generation.request import Finished, Sampling
from omni_engine.generation.row import Row
from omni_engine.models import LoadedModel

DROP_SHARE = 0.25  # copying the cache costs about as much as a step; dropping fewer rows would not pay


@torch.inference_mode()
def decode(
    loaded: LoadedModel, groups: Sequence[Group], sampling: Sampling, should_stop: Callable[[], bool]
) -> Iterator[Finished]:
    """Yields each wanted rollout of the batch as it finishes; ends once all are, or when `should_stop` says so.

    Which rows share a step depends on the batch alone, never on what is wanted.
    """
    rows = [Row(group.prompt, member, member in group.wanted) for group in groups for member in group.members]
    device = loaded.model.device
    uniforms_RT = torch.stack([uniforms(row.prompt.seeds[row.member], sampling.max_tokens) for row in rows]).to(device)
    state = prefill(loaded, groups, sampling.max_tokens)
    for step in range(sampling.max_tokens):
        if should_stop():
            return
        drawn = draw(state.logits_RV, uniforms_RT[:, step], sampling)
        values = zip(drawn.tokens_R.tolist(), drawn.logprobs_R.tolist(), drawn.entropies_R.tolist(), strict=True)
        for row, (token, logprob, entropy) in zip(rows, values, strict=True):
            if row.finish is not None:
                continue
            row.append(token, logprob, entropy)
            row.check_end(loaded.tokenizer, loaded.eos_token, sampling)
            if row.finish is not None and row.wanted:
                yield row.finished(loaded.tokenizer)
        active = [index for index, row in enumerate(rows) if row.finish is None]
        if not any(rows[index].wanted for index in active):
            return
        tokens_R = drawn.tokens_R
        if len(rows) - len(active) >= DROP_SHARE * len(rows):
            rows = [rows[index] for index in active]
            state.keep(active)
            uniforms_RT, tokens_R = uniforms_RT[active], tokens_R[active]
        state.step(loaded, tokens_R)


class DecodeState:
    """The cache, mask and positions of the rows that still decode, and the logits of their next token."""

    def __init__(self, cache: BatchCache, logits_RV: Tensor, mask_R11C: Tensor, positions_R: Tensor) -> None:
        self.cache = cache
        self.logits_RV = logits_RV
        self.mask_R11C = mask_R11C
        self.positions_R = positions_R  # of the next token to be fed

    def step(self, loaded: LoadedModel, tokens_R: Tensor) -> None:
        """Feeds one token a row."""
        end = self.cache.slot.start + 1
        self.logits_RV = loaded.model(
            input_ids=tokens_R[:, None],
            attention_mask=self.mask_R11C[..., :end],
            position_ids=self.positions_R[:, None],
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]
        self.cache.advance()
        self.positions_R = self.positions_R + 1

    def keep(self, rows: list[int]) -> None:
        """Drops all other rows. The logits are those of the step before and go unused."""
        self.cache.keep(rows)
        self.mask_R11C, self.positions_R = self.mask_R11C[rows], self.positions_R[rows]


def prefill(loaded: LoadedModel, groups: Sequence[Group], max_tokens: int) -> DecodeState:
    """Runs each prompt once, unpadded, into the cache rows of all its members.

    Prompts end at one column, so shorter ones leave unused columns on the left, which the mask hides.
    """
    device = loaded.model.device
    sizes = [len(group.members) for group in groups]
    lengths = [len(group.prompt.tokens) for group in groups]
    columns = max(lengths)
    layers = int(loaded.model.config.get_text_config().num_hidden_layers)
    cache = BatchCache(layers, sum(sizes), columns)
    logits: list[Tensor] = []
    for index, group in enumerate(groups):
        cache.begin_prefill(sum(sizes[:index]), sizes[index], lengths[index])
        output = loaded.model(
            input_ids=torch.tensor([group.prompt.tokens], device=device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits.append(output.logits[:, -1].expand(sizes[index], -1))
    cache.begin_decode()
    positions_R = torch.tensor(lengths, device=device).repeat_interleave(torch.tensor(sizes, device=device))
    hidden_RC = torch.arange(columns + max_tokens, device=device) < (columns - positions_R)[:, None]
    mask_RC = torch.zeros(hidden_RC.shape, device=device, dtype=loaded.model.dtype)
    mask_RC.masked_fill_(hidden_RC, torch.finfo(mask_RC.dtype).min)
    return DecodeState(cache, torch.cat(logits), mask_RC[:, None, None], positions_R)
