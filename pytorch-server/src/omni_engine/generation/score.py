"""Log-probabilities and entropies of given tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from omni_engine.errors import EngineError
from omni_engine.generation.generate import evaluation_mode
from omni_engine.models import LoadedModel

CHUNK = 256  # positions whose full softmax is held at once


@dataclass(frozen=True)
class ScoredSequence:
    """Tokens of which the first `prompt_length` (≥ 1) are context only."""

    tokens: Sequence[int]
    prompt_length: int


@dataclass(frozen=True)
class Score:
    """One value for each token from `prompt_length` on: log-prob at T, entropy in nats at T = 1."""

    logprobs: list[float]
    entropies: list[float]


@torch.inference_mode()
def score(loaded: LoadedModel, sequences: Sequence[ScoredSequence], temperature: float) -> list[Score]:
    """Scores each sequence by itself, so that its bits do not depend on the others.

    Log-probs are of the untruncated softmax(logits / temperature). Raises EngineError bad_request.
    """
    if not temperature > 0:
        raise EngineError("bad_request", "temperature must be > 0 to score")
    for index, sequence in enumerate(sequences):
        if not 1 <= sequence.prompt_length <= len(sequence.tokens) <= loaded.context_length:
            raise EngineError(
                "bad_request",
                f"sequence {index}: needs 1 ≤ prompt_length ≤ tokens ≤ {loaded.context_length}, "
                f"has {sequence.prompt_length} and {len(sequence.tokens)}",
            )
    with evaluation_mode(loaded.model):
        return [score_one(loaded, sequence, temperature) for sequence in sequences]


def score_one(loaded: LoadedModel, sequence: ScoredSequence, temperature: float) -> Score:
    """One teacher-forced forward pass."""
    tokens_1L = torch.tensor([sequence.tokens], device=loaded.model.device)
    scored = len(sequence.tokens) - sequence.prompt_length
    if scored == 0:
        return Score([], [])
    logits_SV = loaded.model(input_ids=tokens_1L, use_cache=False, logits_to_keep=scored + 1).logits[0, :-1]
    logprobs: list[float] = []
    entropies: list[float] = []
    for chunk_CV, tokens_C in zip(logits_SV.split(CHUNK), tokens_1L[0, -scored:].split(CHUNK), strict=True):
        chunk_CV = chunk_CV.float()
        full_CV = chunk_CV.log_softmax(-1)
        entropies += (-(full_CV.exp() * full_CV).sum(-1)).tolist()
        at_temperature_CV = (chunk_CV / temperature).log_softmax(-1)
        logprobs += at_temperature_CV.gather(-1, tokens_C[:, None])[:, 0].tolist()
    return Score(logprobs, entropies)
