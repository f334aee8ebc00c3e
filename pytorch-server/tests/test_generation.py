"""Generation: equal requests give equal bits, and log-probs are the model's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from subjects import nano, smollm2

from omni_engine.errors import EngineError
from omni_engine.generation import (
    Budget,
    Finished,
    PromptSpec,
    Sampling,
    ScoredSequence,
    generate,
    render,
    score,
)
from omni_engine.generation.draw import draw, uniforms
from omni_engine.generation.plan import plan_batches
from omni_engine.models import LoadedModel

TEXTS = ["Two plus two is", "A much longer prompt, so that rows need padding: ", "x"]


def specs(loaded: LoadedModel, members: int = 3, wanted: Sequence[int] = ()) -> list[PromptSpec]:
    return [
        PromptSpec(f"p{index}", render(loaded, text=text), [100 * index + m for m in range(members)], wanted)
        for index, text in enumerate(TEXTS)
    ]


def run(loaded: LoadedModel, prompts: list[PromptSpec], sampling: Sampling, budget: Budget | None = None):
    done = list(generate(loaded, prompts, sampling, budget=budget))
    return {(rollout.prompt_id, rollout.member): rollout for rollout in done}


def teacher_forced(loaded: LoadedModel, rollout: Finished, temperature: float) -> tuple[list[float], list[float]]:
    """Log-probs and entropies from one plain forward pass, softmax in float64."""
    count = len(rollout.tokens)
    ids_1L = torch.tensor([rollout.prompt_tokens + rollout.tokens])
    with torch.no_grad():
        logits_TV = loaded.model(ids_1L).logits[0, -count - 1 : -1].double()
    logprobs_T = (logits_TV / temperature).log_softmax(-1).gather(-1, torch.tensor(rollout.tokens)[:, None])[:, 0]
    full_TV = logits_TV.log_softmax(-1)
    return logprobs_T.tolist(), (-(full_TV.exp() * full_TV).sum(-1)).tolist()


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(1.0, 40),
        Sampling(0.7, 40, top_k=20),
        Sampling(1.3, 40, top_p=0.8),
        Sampling(1.0, 40, top_k=50, top_p=0.9),
        Sampling(0.0, 40),
    ],
    ids=["plain", "top-k", "top-p", "both", "greedy"],
)
def test_logprobs_and_entropy_are_those_of_the_untruncated_softmax(sampling: Sampling) -> None:
    for rollout in run(nano(), specs(nano()), sampling).values():
        logprobs, entropies = teacher_forced(nano(), rollout, sampling.temperature or 1.0)
        assert rollout.logprobs == pytest.approx(logprobs, abs=1e-5)
        assert rollout.mean_logprob == pytest.approx(math.fsum(logprobs) / len(logprobs), abs=1e-5)
        assert rollout.mean_entropy == pytest.approx(math.fsum(entropies) / len(entropies), abs=1e-5)


def test_smollm2_logprobs_are_its_own_to_float32_precision() -> None:
    prompt = render(smollm2(), chat=[{"role": "user", "content": "Name the capital of France."}])
    short = render(smollm2(), text="One, two,")
    prompts = [PromptSpec("a", prompt, [1, 2]), PromptSpec("b", short, [3, 4])]
    gaps: list[float] = []
    for rollout in run(smollm2(), prompts, Sampling(1.0, 12, top_k=50)).values():
        logprobs, _ = teacher_forced(smollm2(), rollout, 1.0)
        gaps += [abs(a - b) for a, b in zip(rollout.logprobs, logprobs, strict=True)]
    assert sum(gaps) / len(gaps) < 1e-5
    assert max(gaps) < 1e-4


def test_smollm2_answers_greedily() -> None:
    prompt = render(smollm2(), chat=[{"role": "user", "content": "Name the capital of France. One word."}])
    (rollout,) = generate(smollm2(), [PromptSpec("p", prompt, [0])], Sampling(0.0, 16))
    assert "Paris" in rollout.text
    assert rollout.finish == "stop"
    assert rollout.tokens[-1] == smollm2().eos_token
    assert "<|im_end|>" not in rollout.text


def test_the_same_request_gives_the_same_bits() -> None:
    sampling = Sampling(1.0, 50, top_p=0.95)
    assert run(nano(), specs(nano()), sampling) == run(nano(), specs(nano()), sampling)


@pytest.mark.parametrize("wanted", [[0], [2], [0, 1]])
@pytest.mark.parametrize("rows", [4, 64])
def test_wanting_fewer_members_changes_no_bit_of_theirs(wanted: list[int], rows: int) -> None:
    budget, sampling = Budget(rows=rows), Sampling(1.0, 60, stop=["e"])
    everything = run(nano(), specs(nano()), sampling, budget)
    some = run(nano(), specs(nano(), wanted=wanted), sampling, budget)
    assert some == {key: rollout for key, rollout in everything.items() if key[1] in wanted}


def test_a_batch_in_which_nothing_is_wanted_is_not_computed() -> None:
    asked = 0

    def count() -> bool:
        nonlocal asked
        asked += 1
        return False

    wanted = [PromptSpec("p", [5], list(range(12)), [11])]
    (rollout,) = generate(nano(), wanted, Sampling(1.0, 5), should_stop=count, budget=Budget(rows=4))
    assert rollout.member == 11
    assert asked <= 3 + 5


def test_batches_cover_every_member_once_within_the_budget() -> None:
    prompts = [PromptSpec(str(n), [1] * length, list(range(8))) for n, length in enumerate([5, 200, 9, 40, 3])]
    budget = Budget(rows=20, cache_tokens=2_000)
    batches = plan_batches(prompts, 50, budget)
    rows = [(group.prompt.prompt_id, member) for batch in batches for group in batch for member in group.members]
    assert rows == [(prompt.prompt_id, member) for prompt in prompts for member in range(8)]
    for batch in batches:
        size = sum(len(group.members) for group in batch)
        longest = max(len(group.prompt.tokens) for group in batch)
        assert size <= budget.rows
        assert size * (longest + 50) <= budget.cache_tokens


def test_a_member_depends_on_its_own_seed_only() -> None:
    prompt = render(nano(), text=TEXTS[0])
    sampling = Sampling(1.0, 20)
    first = run(nano(), [PromptSpec("p", prompt, [1, 2, 3])], sampling)
    other = run(nano(), [PromptSpec("p", prompt, [9, 2, 8])], sampling)
    assert first["p", 1].tokens == other["p", 1].tokens
    assert first["p", 0].tokens != other["p", 0].tokens


def test_members_of_a_long_batch_outlive_those_that_stopped_before() -> None:
    # Rows are dropped as they finish; the survivors' log-probs must still be the model's.
    rollouts = run(nano(), specs(nano(), members=8), Sampling(1.0, 150, stop=["a", "q"]))
    assert len({len(rollout.tokens) for rollout in rollouts.values()}) > 5
    for rollout in rollouts.values():
        assert rollout.logprobs == pytest.approx(teacher_forced(nano(), rollout, 1.0)[0], abs=1e-5)


def test_a_completion_ends_with_its_stop_string_or_token_or_at_the_limit() -> None:
    for rollout in run(nano(), specs(nano(), members=8), Sampling(1.0, 150, stop=["a", "q"])).values():
        ended = rollout.text.endswith(("a", "q")) or rollout.tokens[-1] == nano().eos_token
        assert rollout.finish == ("stop" if ended else "length")
        assert ended or len(rollout.tokens) == 150
        assert not any(mark in rollout.text[:-1] for mark in "aq")


def test_a_stop_string_may_span_tokens() -> None:
    eager = biased(nano(), "stop here")
    (rollout,) = generate(eager, [PromptSpec("p", [3], [1])], Sampling(0.0, 40, stop=["p her"]))
    assert rollout.text.endswith("p her")
    assert rollout.finish == "stop"


def biased(loaded: LoadedModel, text: str) -> LoadedModel:
    """A model that says `text` over and over: its greedy choice at each position is fixed."""
    ids = loaded.tokenizer.encode(text, add_special_tokens=False)

    class Parrot(type(loaded.model)):
        def forward(self, *args, position_ids=None, **kwargs):  # pyright: ignore
            output = super().forward(*args, position_ids=position_ids, **kwargs)
            place = 0 if position_ids is None else int(position_ids[0, -1])
            output.logits[..., ids[place % len(ids)]] += 1e3
            return output

    model = Parrot(loaded.model.config)
    model.eval()
    return replace(loaded, model=model)


def test_stop_asked_for_ends_generation_early() -> None:
    asked = iter([False] * 5 + [True] * 100)
    assert list(generate(nano(), specs(nano()), Sampling(1.0, 200), should_stop=lambda: next(asked))) == []


def test_top_k_one_is_greedy() -> None:
    greedy = run(nano(), specs(nano()), Sampling(0.0, 20))
    sampled = run(nano(), specs(nano()), Sampling(1.0, 20, top_k=1))
    assert {k: r.tokens for k, r in greedy.items()} == {k: r.tokens for k, r in sampled.items()}


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(1.0, 1), [0.4, 0.3, 0.2, 0.1]),
        (Sampling(0.5, 1), [16 / 30, 9 / 30, 4 / 30, 1 / 30]),
        (Sampling(1.0, 1, top_k=2), [4 / 7, 3 / 7, 0, 0]),
        (Sampling(1.0, 1, top_p=0.65), [4 / 7, 3 / 7, 0, 0]),
        (Sampling(1.0, 1, top_p=0.75), [4 / 9, 3 / 9, 2 / 9, 0]),
        (Sampling(1.0, 1, top_k=3, top_p=0.5), [4 / 7, 3 / 7, 0, 0]),
    ],
)
def test_draws_follow_the_truncated_distribution(sampling: Sampling, expected: list[float]) -> None:
    logits_RV = torch.tensor([[0.2, 0.4, 0.1, 0.3]]).log().expand(10_000, -1)
    grid_R = (torch.arange(10_000, dtype=torch.float64) + 0.5) / 10_000
    drawn = draw(logits_RV, grid_R, sampling)
    shares = torch.bincount(drawn.tokens_R, minlength=4)[[1, 3, 0, 2]] / 10_000
    assert shares.tolist() == pytest.approx(expected, abs=2e-4)


def test_a_uniform_number_at_the_edge_picks_a_possible_token() -> None:
    logits_RV = torch.tensor([[0.0, 1.0, -math.inf]]).expand(2, -1)
    edge_R = torch.tensor([0.0, 1.0], dtype=torch.float64)
    assert draw(logits_RV, edge_R, Sampling(1.0, 1)).tokens_R.tolist() == [0, 1]


def test_a_longer_completion_begins_with_the_same_random_numbers() -> None:
    assert torch.equal(uniforms(5, 100)[:10], uniforms(5, 10))


def test_scores_are_those_of_generation() -> None:
    for rollout in run(nano(), specs(nano()), Sampling(0.8, 30)).values():
        (scored,) = score(
            nano(), [ScoredSequence(rollout.prompt_tokens + rollout.tokens, len(rollout.prompt_tokens))], 0.8
        )
        assert scored.logprobs == pytest.approx(rollout.logprobs, abs=1e-5)
        assert sum(scored.entropies) / len(scored.entropies) == pytest.approx(rollout.mean_entropy, abs=1e-5)


def test_a_training_model_is_left_training() -> None:
    loaded = replace(nano(), model=type(nano().model)(nano().model.config).train())
    list(generate(loaded, specs(loaded), Sampling(1.0, 3)))
    assert loaded.model.training


@pytest.mark.parametrize(
    ("prompt", "sampling", "message"),
    [
        (PromptSpec("long", [5] * 2000, [1]), Sampling(1.0, 100), "'long' has 2000 tokens, allowed are 1 to 1948"),
        (PromptSpec("p", [5] * 20, [1]), Sampling(1.0, 10, max_prompt_tokens=10), "allowed are 1 to 10"),
        (PromptSpec("empty", [], [1]), Sampling(1.0, 10), "'empty' has 0 tokens"),
        (PromptSpec("p", [5_000], [1]), Sampling(1.0, 10), "outside the vocabulary"),
        (PromptSpec("p", [-1], [1]), Sampling(1.0, 10), "outside the vocabulary"),
        (PromptSpec("p", [5], []), Sampling(1.0, 10), "seed for each member"),
        (PromptSpec("p", [5], [1], [1]), Sampling(1.0, 10), "wants a member"),
        (PromptSpec("p", [5], [1]), Sampling(-1.0, 10), "temperature"),
        (PromptSpec("p", [5], [1]), Sampling(math.nan, 10), "temperature"),
        (PromptSpec("p", [5], [1]), Sampling(1.0, 0), "max_tokens"),
        (PromptSpec("p", [5], [1]), Sampling(1.0, 5000), "max_tokens 5000"),
        (PromptSpec("p", [5], [1]), Sampling(1.0, 10, top_p=0.0), "top_p"),
        (PromptSpec("p", [5], [1]), Sampling(1.0, 10, stop=[""]), "stop string"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_before_any_work(
    prompt: PromptSpec, sampling: Sampling, message: str
) -> None:
    with pytest.raises(EngineError, match=message) as caught:
        generate(nano(), [prompt], sampling)
    assert caught.value.code == "bad_request"


def test_render_takes_chat_text_or_tokens() -> None:
    chat = [{"role": "user", "content": "hi"}]
    text = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
    assert render(nano(), chat=chat) == render(nano(), text=text)
    assert render(nano(), tokens=[4, 5]) == [4, 5]


@pytest.mark.parametrize(
    "content", [{}, {"text": ""}, {"tokens": []}, {"chat": []}, {"chat": [{"role": "tool", "content": "x"}]}]
)
def test_an_empty_prompt_or_an_unknown_role_is_refused(content: dict) -> None:
    with pytest.raises(EngineError) as caught:
        render(nano(), **content)
    assert caught.value.code == "bad_request"
