"""A chunk is added whole or not at all, and chunks add up."""

from __future__ import annotations

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from test_loss import POLICY, assert_close
from tiny import batch, tiny_model

from omni_engine.errors import EngineError
from omni_engine.training import GradientSums, forward


def test_chunks_add_up_to_the_whole():
    model = tiny_model(1)
    datums = batch(model)
    whole, parts = GradientSums(model, lambda: model), GradientSums(model, lambda: model)
    whole.add(datums, POLICY)
    for part in (datums[:3], datums[3:4], datums[4:]):
        parts.add(part, POLICY)
    assert_close(parts.sums(), whole.sums(), 1e-12)


@pytest.mark.parametrize("old", [-3e38, np.nan], ids=["overflow", "nan"])
def test_a_chunk_that_is_not_finite_adds_nothing(old):
    model = tiny_model(1, torch.float32)
    datums = batch(tiny_model(1))
    sums = GradientSums(model, lambda: model, token_budget=20)
    sums.add(datums[:4], POLICY)
    before = [gradient.clone() for gradient in sums.sums()]
    broken = dataclasses.replace(
        datums[-1], old_logprobs=np.full_like(datums[-1].old_logprobs, old), advantages=np.full(1, -1, np.float32)
    )
    with pytest.raises(EngineError, match=r"datum .* is not finite; nothing was added"):
        sums.add([*datums[4:-1], broken], POLICY)
    assert all(torch.equal(a, b) for a, b in zip(before, sums.sums(), strict=True))
    sums.add(datums[4:], POLICY)
    straight = GradientSums(model, lambda: model, token_budget=20)
    straight.add(datums[:4], POLICY)
    straight.add(datums[4:], POLICY)
    assert all(torch.equal(a, b) for a, b in zip(straight.sums(), sums.sums(), strict=True))


def test_a_cancelled_chunk_adds_nothing():
    model = tiny_model(1)
    asked = iter([False, True])
    sums = GradientSums(model, lambda: model, token_budget=20)
    with pytest.raises(EngineError, match="cancelled"):
        sums.add(batch(model), POLICY, lambda: next(asked))
    assert all(float(gradient.abs().max()) == 0 for gradient in sums.sums())


def test_a_chunk_that_failed_is_undone_before_the_sums_are_read_or_added_to():
    model = tiny_model(1, torch.float32)
    datums = batch(tiny_model(1))
    untouched = GradientSums(model, lambda: model, token_budget=20)
    untouched.add(datums[:4], POLICY)
    for read_first in (True, False):
        sums = GradientSums(model, lambda: model, token_budget=20)
        sums.add(datums[:4], POLICY)
        asked = iter([False, True])
        with pytest.raises(EngineError, match="cancelled"):
            sums.add(datums[4:], POLICY, lambda asked=asked: next(asked))
        if read_first:
            assert all(torch.equal(a, b) for a, b in zip(untouched.sums(), sums.sums(), strict=True))
        sums.add(datums[4:], POLICY)
        whole = GradientSums(model, lambda: model, token_budget=20)
        whole.add(datums[:4], POLICY)
        whole.add(datums[4:], POLICY)
        assert all(torch.equal(a, b) for a, b in zip(whole.sums(), sums.sums(), strict=True))


def test_activations_made_again_leave_the_bits_as_they_were(monkeypatch: pytest.MonkeyPatch):
    model = tiny_model(1, torch.float32)
    datums = batch(tiny_model(1))
    spared, kept = GradientSums(model, lambda: model), GradientSums(model, lambda: model)
    spared.add(datums, POLICY)
    monkeypatch.setattr(forward, "cheap_activations_recomputed", lambda _: nullcontext())
    kept.add(datums, POLICY)
    assert all(torch.equal(a, b) for a, b in zip(spared.sums(), kept.sums(), strict=True))


def test_the_same_calls_give_the_same_bits():
    def run() -> list[torch.Tensor]:
        model = tiny_model(1, torch.float32)
        sums = GradientSums(model, lambda: model, token_budget=30)
        sums.add(batch(tiny_model(1)), POLICY)
        return sums.sums()

    assert all(torch.equal(a, b) for a, b in zip(run(), run(), strict=True))


def test_buckets_kept_apart_have_norms_and_cosines_and_add_up_to_the_whole():
    model = tiny_model(1)
    datums = batch(model)
    parts = {"a": datums[:3], "b": datums[3:5], "c": datums[5:]}
    alone = {}
    for bucket, part in parts.items():
        sums = GradientSums(model, lambda: model)
        sums.add(part, POLICY)
        alone[bucket] = torch.cat([gradient.flatten() for gradient in sums.sums()])
    sums = GradientSums(model, lambda: model)
    for bucket, part in parts.items():
        sums.add(part[:1], POLICY, bucket=bucket)
    for bucket, part in parts.items():
        sums.add(part[1:], POLICY, bucket=bucket)
    norms = sums.norms()
    assert norms.buckets == ("a", "b", "c")
    for row, one in enumerate(alone.values()):
        assert norms.norms[row] == pytest.approx(float(one.norm()), rel=1e-12)
        for column, other in enumerate(alone.values()):
            cosine = float(torch.nn.functional.cosine_similarity(one, other, dim=0))
            assert norms.cosines[3 * row + column] == pytest.approx(cosine, abs=1e-12)
    whole = GradientSums(model, lambda: model)
    whole.add(datums, POLICY)
    assert_close(sums.sums(), whole.sums(), 1e-12)


def test_a_bucket_without_gradient_has_norm_0_and_cosines_0():
    model = tiny_model(1)
    dead = [dataclasses.replace(datum, advantages=np.zeros(1, np.float32)) for datum in batch(model)]
    sums = GradientSums(model, lambda: model)
    sums.add(batch(model), POLICY, bucket="live")
    sums.add(dead, POLICY, bucket="dead")
    norms = sums.norms()
    assert norms.buckets == ("live", "dead")
    assert norms.norms[1] == 0
    assert norms.cosines == (pytest.approx(1), 0, 0, 0)
