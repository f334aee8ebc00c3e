"""The trial judge: the frozen base model behind an OpenAI-compatible endpoint on loopback."""

from omni_engine.judge.complete import Complete, Completion, frozen_judge
from omni_engine.judge.server import JudgeServer

__all__ = ["Complete", "Completion", "JudgeServer", "frozen_judge"]
