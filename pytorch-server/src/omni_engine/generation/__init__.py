"""Sampling and scoring of token sequences, seeded and repeatable; knows nothing of gRPC."""

from omni_engine.generation.generate import generate
from omni_engine.generation.plan import Budget
from omni_engine.generation.render import Chat, render
from omni_engine.generation.request import Finished, PromptSpec, Sampling
from omni_engine.generation.score import Score, ScoredSequence, score

__all__ = [
    "Budget",
    "Chat",
    "Finished",
    "PromptSpec",
    "Sampling",
    "Score",
    "ScoredSequence",
    "generate",
    "render",
    "score",
]
