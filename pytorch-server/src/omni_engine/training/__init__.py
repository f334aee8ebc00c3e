"""From datums to summed gradients to an AdamW step."""

from omni_engine.training.bucket_norms import BucketNorms
from omni_engine.training.datum import Datum, LossSettings
from omni_engine.training.gradients import GradientSums
from omni_engine.training.ledger import StepLedger, StepPosition
from omni_engine.training.optimizer import AdamSettings, AdamW
from omni_engine.training.tally import ChunkReport

__all__ = [
    "AdamSettings",
    "AdamW",
    "BucketNorms",
    "ChunkReport",
    "Datum",
    "GradientSums",
    "LossSettings",
    "StepLedger",
    "StepPosition",
]
