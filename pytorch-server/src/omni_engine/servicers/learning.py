"""LossConfig, Datum and AdamParams, checked and turned into what training takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from omni_engine.gen import engine_pb2 as pb
from omni_engine.servicers.wire import float32s, int32s, name, number, positive, refuse
from omni_engine.training import AdamSettings, Datum, LossSettings

_KINDS: Mapping[int, Literal["policy_gradient", "cross_entropy"]] = {
    pb.LOSS_KIND_POLICY_GRADIENT: "policy_gradient",
    pb.LOSS_KIND_CROSS_ENTROPY: "cross_entropy",
}
_LEVELS: Mapping[int, Literal["token", "sequence"]] = {
    pb.RATIO_LEVEL_TOKEN: "token",
    pb.RATIO_LEVEL_SEQUENCE: "sequence",
}
_AGGREGATIONS: Mapping[int, Literal["sequence_mean", "token_sum"]] = {
    pb.AGGREGATION_SEQUENCE_MEAN: "sequence_mean",
    pb.AGGREGATION_TOKEN_SUM: "token_sum",
}


def loss_settings(message: pb.LossConfig) -> LossSettings:
    """The loss; of a cross-entropy only kind and aggregation count."""
    if message.kind not in _KINDS:
        raise refuse("loss.kind must be LOSS_KIND_POLICY_GRADIENT or LOSS_KIND_CROSS_ENTROPY")
    if message.aggregation not in _AGGREGATIONS or message.level not in _LEVELS:
        raise refuse("loss.level or loss.aggregation is not one of those in engine.proto")
    kind, aggregation = _KINDS[message.kind], _AGGREGATIONS[message.aggregation]
    if kind == "cross_entropy":
        return LossSettings(kind, aggregation=aggregation)
    return LossSettings(
        kind,
        clip_low=number("loss.clip_low", message.clip_low, 0, 1),
        clip_high=number("loss.clip_high", message.clip_high, 0),
        kl_coefficient=number("loss.kl_coefficient", message.kl_coefficient, 0),
        level=_LEVELS[message.level],
        aggregation=aggregation,
        temperature=positive("loss.temperature", message.temperature),
    )


def datum(message: pb.Datum, loss: LossSettings) -> Datum:
    """One datum whose arrays agree in length; errors name the datum and the field."""
    where = f"datum {name('datum_id', message.datum_id)!r}"
    tokens = int32s(f"{where}: tokens", message.tokens)
    if len(message.mask) != len(tokens):
        raise refuse(f"{where}: mask has {len(message.mask)} bytes for {len(tokens)} tokens")
    marks = np.frombuffer(message.mask, dtype=np.uint8)
    if marks.size and marks.max() > 1:
        raise refuse(f"{where}: mask has a byte other than 0 and 1")
    mask = marks.astype(bool)
    if not mask.any():
        raise refuse(f"{where}: mask trains no token; leave the datum out")
    if mask[0]:
        raise refuse(f"{where}: mask[0] must be 0, as nothing comes before the first token")
    trained = int(mask.sum())
    weight = number(f"{where}: weight", message.weight, 0)
    old = float32s(f"{where}: old_logprobs", message.old_logprobs)
    advantages = float32s(f"{where}: advantages", message.advantages)
    if loss.kind == "cross_entropy":
        if old.size or advantages.size:
            raise refuse(f"{where}: old_logprobs and advantages must be empty for cross-entropy")
        advantages = np.ones(1, np.float32)
    else:
        if old.size != trained:
            raise refuse(f"{where}: old_logprobs has {old.size} values for {trained} trained tokens")
        if advantages.size not in (1, trained):
            raise refuse(
                f"{where}: advantages has {advantages.size} values; send 1, or {trained} (one a trained token)"
            )
    return Datum(message.datum_id, tokens, mask, old, advantages, weight, message.prefix_group)


def adam_settings(message: pb.AdamParams, grad_clip: float) -> AdamSettings:
    """The optimizer's settings, in range."""
    for field, beta in (("adam.beta1", message.beta1), ("adam.beta2", message.beta2)):
        if not 0 <= beta < 1:
            raise refuse(f"{field} is {beta}; it must be in [0, 1)")
    return AdamSettings(
        lr=number("adam.lr", message.lr, 0),
        beta1=message.beta1,
        beta2=message.beta2,
        eps=positive("adam.eps", message.eps),
        weight_decay=number("adam.weight_decay", message.weight_decay, 0),
        grad_clip=number("grad_clip", grad_clip, 0),
    )
