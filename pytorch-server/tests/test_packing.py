"""Packing changes how much is computed, never what."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from test_loss import POLICY, assert_close
from tiny import batch, plain_logprobs, tiny_model

from omni_engine.training import Datum, GradientSums
from omni_engine.training.forward import trained_logprobs
from omni_engine.training.packing import pack


@pytest.mark.parametrize("budget", [1, 20, 40, 10_000])
def test_packed_logprobs_equal_those_of_each_sequence_by_itself(budget):
    model = tiny_model(1)
    datums = batch(model, 0.7)
    seen = []
    for row in pack(datums, budget):
        logprobs, _ = trained_logprobs(model, row, 0.7)
        for datum, own in zip(row.datums, logprobs.split(list(row.splits)), strict=True):
            plain = torch.stack(plain_logprobs(model, datum, 0.7))
            assert (own - plain).abs().max().item() < 1e-10
            seen.append(datum.datum_id)
    assert sorted(seen) == sorted(datum.datum_id for datum in datums)


def padded_gradients(model, datums: list[Datum]) -> list[torch.Tensor]:
    """The usual way: one right-padded batch with a key mask."""
    longest = max(len(datum.tokens) for datum in datums)
    tokens_BT = torch.zeros(len(datums), longest, dtype=torch.long)
    keys_BT = torch.zeros(len(datums), longest, dtype=torch.long)
    for index, datum in enumerate(datums):
        tokens_BT[index, : len(datum.tokens)] = torch.from_numpy(datum.tokens.astype(np.int64))
        keys_BT[index, : len(datum.tokens)] = 1
    logprobs_BTV = model(input_ids=tokens_BT, attention_mask=keys_BT).logits.log_softmax(-1)
    loss = torch.zeros(())
    for index, datum in enumerate(datums):
        trained = torch.from_numpy(datum.trained)
        now = logprobs_BTV[index, trained - 1, tokens_BT[index, trained]]
        ratio = (now - torch.from_numpy(datum.old_logprobs)).exp()
        advantage = torch.from_numpy(datum.advantages)
        clipped = ratio.clamp(1 - POLICY.clip_low, 1 + POLICY.clip_high) * advantage
        loss = loss - datum.weight * torch.minimum(ratio * advantage, clipped).mean()
    parameters = [parameter for _, parameter in sorted(model.named_parameters())]
    return list(torch.autograd.grad(loss, parameters))


@pytest.mark.parametrize("budget", [30, 10_000])
def test_packed_gradients_equal_padded_ones_in_float32(budget):
    model = tiny_model(1, torch.float32)
    datums = batch(tiny_model(1))
    sums = GradientSums(model, lambda: model, budget)
    sums.add(datums, POLICY)
    assert_close(sums.sums(), padded_gradients(model, datums))


def test_a_group_computes_its_prompt_once():
    model = tiny_model(1)
    datums = batch(model)
    alone = [dataclasses.replace(datum, prefix_group="") for datum in datums]
    packed, unpacked = (GradientSums(model, lambda: model).add(some, POLICY) for some in (datums, alone))
    assert unpacked.forward_tokens - packed.forward_tokens == 3 * 5 + 3 * 9
    assert packed.loss_sum == pytest.approx(unpacked.loss_sum, rel=1e-12)


def test_a_group_whose_prompts_differ_shares_what_is_common():
    model = tiny_model(1)
    datums = batch(model)[:4]
    tokens = datums[2].tokens.copy()
    tokens[2] = (tokens[2] + 1) % 29
    datums[2] = dataclasses.replace(datums[2], tokens=tokens)
    (row,) = pack(datums, 1000)
    logprobs, _ = trained_logprobs(model, row, 1.0)
    plain = torch.stack([one for datum in datums for one in plain_logprobs(model, datum, 1.0)])
    assert float((logprobs - plain).abs().max()) < 1e-10


def test_rows_keep_to_the_budget_and_depend_on_the_order_alone():
    datums = batch(tiny_model(1))
    rows = pack(datums, 25)
    assert all(len(row.tokens) <= 25 or len(row.datums) == 1 for row in rows)
    again = pack(list(datums), 25)
    assert [[datum.datum_id for datum in row.datums] for row in rows] == [
        [datum.datum_id for datum in row.datums] for row in again
    ]


def test_logits_made_in_pieces_give_the_same_gradients():
    model = tiny_model(1)
    (row,) = pack(batch(model), 10_000)
    parameters = [parameter for _, parameter in sorted(model.named_parameters())]
    gradients = []
    for logits_at_once in (2**24, 3 * 29):
        logprobs, entropies = trained_logprobs(model, row, 0.7, logits_at_once)
        assert len(logprobs) == len(entropies) == sum(row.splits)
        gradients.append(list(torch.autograd.grad((logprobs**2).sum(), parameters)))
    assert_close(gradients[1], gradients[0], 1e-12)
