"""ρ = 1 on the first update after generation: sampler and trainer compute the same log-probs."""

from __future__ import annotations

import numpy as np
import pytest
from client import LOSS, Client, chunk_digest, datum_of

from omni_engine.gen import engine_pb2 as pb

SAMPLINGS = {
    "plain": {},
    "top-k": {"top_k": 5},
    "top-p": {"top_p": 0.5},
    "T 0.7, top-k": {"temperature": 0.7, "top_k": 8},
    "greedy": {"temperature": 0.0},
}


@pytest.mark.parametrize("kind", SAMPLINGS)
def test_the_first_update_has_ratio_1(client: Client, model_id: str, kind: str):
    sampling = SAMPLINGS[kind]
    loss = pb.LossConfig()
    loss.CopyFrom(LOSS)
    loss.temperature = sampling.get("temperature") or 1.0
    for step in range(2):  # the second on weights that have moved
        rollouts = client.generate(model_id, ["What is 2+2?", "x", "a longer prompt than these"], **sampling)
        datums = [datum_of(rollout, (-1.0) ** index) for index, rollout in enumerate(rollouts)]
        report = client.forward_backward(model_id, f"s{step}", 0, datums, loss)
        assert report.ratio_mean == pytest.approx(1, abs=1e-5)
        assert report.ratio_max < 1 + 1e-4
        assert report.logprob_diff_max < 1e-4
        assert report.clip_fraction_low == report.clip_fraction_high == 0
        mean_entropy = np.average(
            [rollout.mean_entropy for rollout in rollouts], weights=[len(rollout.tokens) for rollout in rollouts]
        )
        assert report.entropy_mean == pytest.approx(mean_entropy, rel=1e-4)
        client.trainer.DiscardGradients(pb.DiscardGradientsRequest(model_id=model_id, step_id=f"s{step}"))
        client.train(model_id, f"t{step}")


def test_kl_is_0_before_the_first_update_and_grows_after(client: Client, model_id: str):
    loss = pb.LossConfig()
    loss.CopyFrom(LOSS)
    loss.kl_coefficient = 0.1
    datums = [datum_of(rollout, 1.0) for rollout in client.generate(model_id, ["ab"])]
    assert client.forward_backward(model_id, "s", 0, datums, loss).kl_mean == pytest.approx(0, abs=1e-9)
    client.trainer.DiscardGradients(pb.DiscardGradientsRequest(model_id=model_id, step_id="s"))
    client.train(model_id, "t")
    moved = client.forward_backward(model_id, "u", 0, datums, loss)
    assert moved.kl_mean > 1e-6


def test_the_reference_stays_where_the_policy_began(client: Client, model_id: str):
    rollout = client.generate(model_id, ["ab"])[0]
    sequence = pb.Sequence(tokens=rollout.prompt_tokens + rollout.tokens, prompt_length=2)

    def score(weights: pb.Weights) -> np.ndarray:
        request = pb.ScoreRequest(model_id=model_id, sequences=[sequence], weights=weights, temperature=1)
        return np.frombuffer(client.sampler.Score(request).scores[0].logprobs, "<f4")

    began = score(pb.WEIGHTS_POLICY)
    assert np.allclose(began, np.frombuffer(rollout.logprobs, "<f4"), atol=1e-5)
    client.train(model_id, "s")
    assert np.array_equal(score(pb.WEIGHTS_REFERENCE), began)
    assert not np.allclose(score(pb.WEIGHTS_POLICY), began, atol=1e-5)


def test_training_raises_what_is_rewarded(client: Client, model_id: str):
    datums = [datum_of(rollout, 1.0) for rollout in client.generate(model_id, ["ab"], n=2)]
    sequences = [pb.Sequence(tokens=datum.tokens, prompt_length=2) for datum in datums]
    request = pb.ScoreRequest(model_id=model_id, sequences=sequences, temperature=1)

    def total() -> float:
        return sum(float(np.frombuffer(score.logprobs, "<f4").sum()) for score in client.sampler.Score(request).scores)

    before = total()
    supervised = pb.LossConfig(kind=pb.LOSS_KIND_CROSS_ENTROPY)
    demonstrations = [pb.Datum(datum_id=one.datum_id, tokens=one.tokens, mask=one.mask, weight=1) for one in datums]
    losses = []
    for step in range(5):
        losses.append(client.forward_backward(model_id, f"s{step}", 0, demonstrations, supervised).loss_sum)
        client.optim_step(model_id, f"s{step}", 1, [chunk_digest(supervised, demonstrations)], divisor=2.0)
    assert losses == sorted(losses, reverse=True)
    assert total() > before
