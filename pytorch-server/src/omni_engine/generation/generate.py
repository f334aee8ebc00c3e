"""Rollouts for a request, batch after batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from torch import nn

from omni_engine.generation.decode import decode
from omni_engine.generation.plan import Budget, plan_batches
from omni_engine.generation.request import Finished, PromptSpec, Sampling, check_prompts, check_sampling
from omni_engine.models import LoadedModel


def generate(
    loaded: LoadedModel,
    prompts: Sequence[PromptSpec],
    sampling: Sampling,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    budget: Budget | None = None,
) -> Iterator[Finished]:
    """Yields one `Finished` for each wanted member of each prompt, as it finishes.

    Equal requests give equal bits on one machine with one number of threads; `wanted` changes which rollouts are
    yielded and none of their bits. Ends early where `should_stop` (asked before each step) returns true. Raises
    EngineError bad_request before any work, naming the prompt or the field.
    """
    check_sampling(sampling)
    vocabulary_size = int(loaded.model.config.get_text_config().vocab_size)
    check_prompts(prompts, sampling, loaded.context_length, vocabulary_size)
    return run(loaded, prompts, sampling, should_stop, budget or Budget())


def run(
    loaded: LoadedModel,
    prompts: Sequence[PromptSpec],
    sampling: Sampling,
    should_stop: Callable[[], bool],
    budget: Budget,
) -> Iterator[Finished]:
    """The batches of a checked request; one in which nothing is wanted is not computed."""
    for batch in plan_batches(prompts, sampling.max_tokens, budget):
        if should_stop():
            return
        if any(group.wanted for group in batch):
            with evaluation_mode(loaded.model):
                yield from decode(loaded, batch, sampling, should_stop)


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Turns dropout off, and puts the mode back."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)
