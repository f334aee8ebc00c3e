"""A step divides, clips and moves as torch.optim.AdamW does."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from test_loss import POLICY
from tiny import batch, tiny_model

from omni_engine.errors import EngineError
from omni_engine.training import AdamSettings, AdamW, GradientSums

SETTINGS = AdamSettings(lr=1e-2, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.1, grad_clip=0.5)


def named(model) -> dict[str, torch.nn.Parameter]:
    return dict(model.named_parameters())


@pytest.mark.parametrize("clip", [0.0, 0.5], ids=["no clip", "clip"])
@pytest.mark.parametrize("divisor", ["prompts", "tokens"])
def test_steps_equal_those_of_torch(clip, divisor):
    model, twin = tiny_model(1), tiny_model(1)
    ours = AdamW(named(model))
    theirs = torch.optim.AdamW(
        [parameter for _, parameter in sorted(twin.named_parameters())],
        lr=SETTINGS.lr,
        betas=(SETTINGS.beta1, SETTINGS.beta2),
        eps=SETTINGS.eps,
        weight_decay=SETTINGS.weight_decay,
    )
    aggregation = "sequence_mean" if divisor == "prompts" else "token_sum"
    settings = dataclasses.replace(POLICY, aggregation=aggregation)
    for number in range(4):
        datums = batch(model, seed=number)
        sums = GradientSums(model, lambda: model)
        report = sums.add(datums, settings)
        count = 4.0 if divisor == "prompts" else float(report.tokens)
        for parameter, gradient in zip(theirs.param_groups[0]["params"], sums.sums(), strict=True):
            parameter.grad = gradient.clone() / count
        norm = float(torch.nn.utils.clip_grad_norm_(twin.parameters(), clip or math.inf))
        before = {name: weight.detach().clone() for name, weight in named(model).items()}
        theirs.step()
        norms = ours.step(sums.sums(), count, dataclasses.replace(SETTINGS, grad_clip=clip))
        assert norms.gradient == pytest.approx(norm, rel=1e-6)
        moved = sum(float(((weight.detach() - before[name]) ** 2).sum()) for name, weight in named(model).items())
        assert norms.update == pytest.approx(math.sqrt(moved), rel=1e-6)
        for name, weight in named(twin).items():
            assert torch.allclose(named(model)[name], weight, rtol=1e-5, atol=1e-9)


def test_the_first_step_is_the_formula():
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    AdamW({"w": weight}).step(
        [torch.tensor([0.5, -4.0], dtype=torch.float64)], 2.0, AdamSettings(lr=0.1, weight_decay=0.1)
    )
    # m̂ = g, v̂ = g², so the step is lr · sign(g) after the decay of lr · λ.
    assert weight.tolist() == pytest.approx([1 * 0.99 - 0.1, -2 * 0.99 + 0.1], abs=1e-7)


def test_a_norm_that_is_not_finite_changes_nothing():
    model = tiny_model(1)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    optimizer = AdamW(named(model))
    gradients = [torch.full_like(parameter, math.inf) for _, parameter in sorted(model.named_parameters())]
    with pytest.raises(EngineError, match="not finite"):
        optimizer.step(gradients, 1.0, SETTINGS)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    assert optimizer.steps == 0


def test_restored_moments_go_on_bit_for_bit():
    def run(interrupt: bool) -> list[torch.Tensor]:
        model = tiny_model(1, torch.float32)
        optimizer = AdamW(named(model))
        for number in range(4):
            if interrupt and number == 2:
                state = {name: tensor.clone() for name, tensor in optimizer.state().items()}
                steps, optimizer = optimizer.steps, AdamW(named(model))
                optimizer.restore(state, steps)
            sums = GradientSums(model, lambda: model)
            sums.add(batch(tiny_model(1), seed=number), POLICY)
            optimizer.step(sums.sums(), 4.0, SETTINGS)
        return [parameter.detach() for parameter in model.parameters()]

    assert all(torch.equal(a, b) for a, b in zip(run(False), run(True), strict=True))
