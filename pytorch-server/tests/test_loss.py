"""Loss and gradients equal a plain float64 implementation and its finite differences (method.md §2)."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from tiny import batch, plain_logprobs, tiny_model

from omni_engine.training import Datum, GradientSums, LossSettings

POLICY = LossSettings("policy_gradient", clip_low=0.2, clip_high=0.3)


def plain_loss(model, reference, datums: list[Datum], settings: LossSettings) -> torch.Tensor:
    """Σ weight · loss, written down token by token from the formulas."""
    total = torch.zeros((), dtype=torch.float64)
    for datum in datums:
        temperature = settings.temperature if settings.kind == "policy_gradient" else 1.0
        now = plain_logprobs(model, datum, temperature)
        if settings.kind == "cross_entropy":
            losses = [-logprob for logprob in now]
        else:
            with torch.no_grad():
                ref = plain_logprobs(reference, datum, temperature)
            losses = policy_losses(now, ref, datum, settings)
        aggregate = sum(losses) / len(losses) if settings.aggregation == "sequence_mean" else sum(losses)
        total = total + datum.weight * aggregate
    return total


def policy_losses(
    now: list[torch.Tensor], ref: list[torch.Tensor], datum: Datum, settings: LossSettings
) -> list[torch.Tensor]:
    log_ratios = [logprob - float(old) for logprob, old in zip(now, datum.old_logprobs, strict=True)]
    if settings.level == "sequence":
        log_ratios = [torch.stack(log_ratios).mean()] * len(log_ratios)
    losses = []
    for index, log_ratio in enumerate(log_ratios):
        ratio = torch.exp(log_ratio)
        advantage = float(datum.advantages[index % len(datum.advantages)])
        if advantage >= 0:
            objective = advantage * (ratio if ratio <= 1 + settings.clip_high else 1 + settings.clip_high)
        else:
            objective = advantage * (ratio if ratio >= 1 - settings.clip_low else 1 - settings.clip_low)
        relative = torch.exp(ref[index] - now[index])
        k3 = relative - torch.log(relative) - 1
        losses.append(-(objective - settings.kl_coefficient * k3))
    return losses


def plain_gradients(model, reference, datums, settings) -> tuple[float, list[torch.Tensor]]:
    loss = plain_loss(model, reference, datums, settings)
    parameters = [parameter for _, parameter in sorted(model.named_parameters())]
    return loss.item(), list(torch.autograd.grad(loss, parameters))


def assert_close(ours: list[torch.Tensor], theirs: list[torch.Tensor], tolerance: float = 1e-5) -> None:
    scale = max(float(gradient.abs().max()) for gradient in theirs)
    assert scale > 0
    for mine, other in zip(ours, theirs, strict=True):
        assert float((mine.to(other.dtype) - other).abs().max()) <= tolerance * scale


CASES = [
    dataclasses.replace(POLICY, level=level, aggregation=aggregation, kl_coefficient=beta, temperature=temperature)
    for level, aggregation, (beta, temperature) in itertools.product(
        ("token", "sequence"), ("sequence_mean", "token_sum"), ((0.0, 1.0), (0.1, 1.0), (0.0, 0.7), (0.05, 1.3))
    )
] + [LossSettings("cross_entropy", aggregation="sequence_mean"), LossSettings("cross_entropy", aggregation="token_sum")]


def name(settings: LossSettings) -> str:
    parts = (settings.kind[:6], settings.level, settings.aggregation, settings.kl_coefficient, settings.temperature)
    return "-".join(str(part) for part in parts)


@pytest.mark.parametrize("settings", CASES, ids=name)
@pytest.mark.parametrize("per_token", [False, True], ids=["scalar-A", "token-A"])
def test_loss_and_gradients_equal_the_plain_implementation(settings, per_token):
    model, reference = tiny_model(1), tiny_model(2)
    datums = batch(model, settings.temperature, per_token)
    sums = GradientSums(model, lambda: reference)
    report = sums.add(datums, settings)
    loss, gradients = plain_gradients(model, reference, datums, settings)
    assert report.loss_sum == pytest.approx(loss, rel=1e-9)
    assert_close(sums.sums(), gradients)


@pytest.mark.parametrize("settings", [CASES[1], CASES[5], CASES[11], CASES[-1]], ids=name)
def test_gradients_equal_finite_differences_of_the_plain_loss(settings):
    model, reference = tiny_model(1), tiny_model(2)
    datums = batch(model, settings.temperature)
    sums = GradientSums(model, lambda: reference)
    sums.add(datums, settings)
    gradients = sums.sums()
    parameters = [parameter for _, parameter in sorted(model.named_parameters())]
    scale = max(float(gradient.abs().max()) for gradient in gradients)
    random = np.random.default_rng(3)
    step = 1e-6
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            for _ in range(3):
                index = tuple(int(random.integers(size)) for size in parameter.shape)
                value = float(parameter[index])
                parameter[index] = value + step
                above = float(plain_loss(model, reference, datums, settings))
                parameter[index] = value - step
                below = float(plain_loss(model, reference, datums, settings))
                parameter[index] = value
                assert (above - below) / (2 * step) == pytest.approx(float(gradient[index]), abs=1e-5 * scale)


def test_the_batch_has_ratios_beyond_both_bounds_with_either_sign_of_advantage():
    model = tiny_model(1)
    seen = set()
    for datum in batch(model):
        for now, old in zip(plain_logprobs(model, datum, 1.0), datum.old_logprobs, strict=True):
            ratio = math.exp(now.item() - float(old))
            side = "low" if ratio < 1 - POLICY.clip_low else "high" if ratio > 1 + POLICY.clip_high else "inside"
            seen.add((side, float(datum.advantages[0]) > 0))
    assert seen == set(itertools.product(("low", "high", "inside"), (True, False)))
    report = GradientSums(model, lambda: model).add(batch(model), POLICY)
    assert report.clip_fraction_low > 0
    assert report.clip_fraction_high > 0
    assert report.ratio_max > 1 + POLICY.clip_high


def test_gradients_hold_in_float32():
    model = tiny_model(1)
    datums = batch(model)
    settings = dataclasses.replace(POLICY, kl_coefficient=0.1)
    _, gradients = plain_gradients(model, tiny_model(2), datums, settings)
    sums = GradientSums(tiny_model(1, torch.float32), lambda: tiny_model(2, torch.float32))
    sums.add(datums, settings)
    assert_close(sums.sums(), gradients)


def test_a_dead_group_costs_no_pass_at_beta_0_and_gives_the_kl_gradient_at_beta_above_0():
    model, reference = tiny_model(1), tiny_model(2)
    datums = batch(model)
    dead = [
        dataclasses.replace(datum, advantages=np.zeros(1, np.float32)) if datum.prefix_group == "g0" else datum
        for datum in datums
    ]
    alive = [datum for datum in dead if datum.prefix_group != "g0"]
    with_dead, without = GradientSums(model, lambda: reference), GradientSums(model, lambda: reference)
    one, other = with_dead.add(dead, POLICY), without.add(alive, POLICY)
    assert one.loss_sum == other.loss_sum
    assert one.forward_tokens == other.forward_tokens
    assert one.tokens > other.tokens
    assert all(torch.equal(a, b) for a, b in zip(with_dead.sums(), without.sums(), strict=True))

    settings = dataclasses.replace(POLICY, kl_coefficient=0.1)
    only_dead = [datum for datum in dead if datum.prefix_group == "g0"]
    sums = GradientSums(model, lambda: reference)
    report = sums.add(only_dead, settings)
    loss, gradients = plain_gradients(model, reference, only_dead, settings)
    assert report.loss_sum == pytest.approx(loss, rel=1e-9)
    assert_close(sums.sums(), gradients)


def test_a_wholly_dead_chunk_runs_no_model():
    model = tiny_model(1)
    datums = [dataclasses.replace(datum, advantages=np.zeros(1, np.float32)) for datum in batch(model)]
    sums = GradientSums(model, lambda: pytest.fail("the reference was asked for"))
    report = sums.add(datums, POLICY)
    assert report.forward_tokens == 0
    assert report.loss_sum == 0
    assert all(float(gradient.abs().max()) == 0 for gradient in sums.sums())


def test_a_truncated_completion_is_a_completion_like_any_other():
    model = tiny_model(1)
    whole = max(batch(model), key=lambda datum: len(datum.old_logprobs))
    cut = dataclasses.replace(
        whole, tokens=whole.tokens[:-2], mask=whole.mask[:-2], old_logprobs=whole.old_logprobs[:-2], prefix_group=""
    )
    sums = GradientSums(model, lambda: model)
    report = sums.add([cut], POLICY)
    loss, gradients = plain_gradients(model, model, [cut], POLICY)
    assert report.tokens == len(whole.old_logprobs) - 2
    assert report.loss_sum == pytest.approx(loss, rel=1e-9)
    assert_close(sums.sums(), gradients)


def test_ratio_1_gives_the_policy_gradient():
    model = tiny_model(1)
    datum = batch(model)[1]
    with torch.no_grad():
        now = np.array([float(logprob) for logprob in plain_logprobs(model, datum, 1.0)], np.float32)
    on_policy = dataclasses.replace(datum, old_logprobs=now, weight=1.0)
    sums = GradientSums(model, lambda: model)
    report = sums.add([on_policy], POLICY)
    logprobs = plain_logprobs(model, datum, 1.0)
    objective = sum(logprobs[1:], logprobs[0]) / len(logprobs) * float(datum.advantages[0])
    parameters = [parameter for _, parameter in sorted(model.named_parameters())]
    assert_close(sums.sums(), list(torch.autograd.grad(-objective, parameters)))
    assert report.ratio_mean == pytest.approx(1, abs=1e-6)
    assert report.clip_fraction_low == report.clip_fraction_high == 0


def test_metrics_are_means_over_trained_tokens():
    model, reference = tiny_model(1), tiny_model(2)
    datums = batch(model, 0.7)
    settings = dataclasses.replace(POLICY, kl_coefficient=0.1, temperature=0.7)
    report = GradientSums(model, lambda: reference).add(datums, settings)
    ratios, kls, diffs, entropies = [], [], [], []
    with torch.no_grad():
        for datum in datums:
            now, ref = plain_logprobs(model, datum, 0.7), plain_logprobs(reference, datum, 0.7)
            logits = model(input_ids=torch.from_numpy(datum.tokens.astype(np.int64))[None]).logits[0].log_softmax(-1)
            entropies += [float(-(row.exp() * row).sum()) for row in logits[datum.trained - 1]]
            for mine, theirs, old in zip(now, ref, datum.old_logprobs, strict=True):
                ratios.append(math.exp(float(mine) - float(old)))
                kls.append(math.exp(float(theirs - mine)) - float(theirs - mine) - 1)
                diffs.append(abs(float(mine) - float(old)))
    assert report.tokens == len(ratios)
    assert report.ratio_mean == pytest.approx(np.mean(ratios), rel=1e-9)
    assert report.ratio_max == pytest.approx(max(ratios), rel=1e-9)
    assert report.kl_mean == pytest.approx(np.mean(kls), rel=1e-9)
    assert report.entropy_mean == pytest.approx(np.mean(entropies), rel=1e-9)
    assert report.logprob_diff_mean == pytest.approx(np.mean(diffs), rel=1e-9)
    assert report.logprob_diff_max == pytest.approx(max(diffs), rel=1e-9)
    assert report.weight_sum == pytest.approx(sum(datum.weight for datum in datums))
