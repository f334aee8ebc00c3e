"""Training throughput on SmolLM2-135M: prompts shared in packed rows against the usual padded batch, in one run.

    python bench/training.py [--prompt 160] [--completion 96] [--group 8] [--groups 2]

Same datums, same loss, same gradients (checked). Prints one JSON line: trained tokens a second each way, by the wall
clock and by the processor's (all threads; steady on a machine that others use), their ratio, and the peak memory after
each phase. Completions have random lengths between half and the whole of --completion.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the server does; before torch is loaded

import numpy as np
import torch
from omni_engine.models import load
from omni_engine.training import AdamSettings, AdamW, Datum, GradientSums, LossSettings
from omni_engine.training.gradients import TOKEN_BUDGET

LOSS = LossSettings("policy_gradient")


def make_datums(options: argparse.Namespace, vocabulary_size: int) -> list[Datum]:
    """Groups of random tokens with old log-probs about right for random tokens."""
    random = np.random.default_rng(0)
    datums = []
    for group in range(options.groups):
        prompt = random.integers(0, vocabulary_size, options.prompt)
        for member in range(options.group):
            length = int(random.integers(options.completion // 2, options.completion + 1))
            tokens = np.concatenate([prompt, random.integers(0, vocabulary_size, length)]).astype(np.int32)
            mask = np.arange(len(tokens)) >= options.prompt
            old = np.full(length, -12, np.float32)
            advantages = np.asarray([(-1.0) ** member], np.float32)
            datums.append(Datum(f"{group}/{member}", tokens, mask, old, advantages, 1 / options.group, str(group)))
    return datums


def padded_backward(model: torch.nn.Module, datums: list[Datum]) -> None:
    """One right-padded batch a group, logits at the completion only: what a plain trainer does."""
    longest = max(len(datum.tokens) for datum in datums)
    tokens_BT = torch.zeros(len(datums), longest, dtype=torch.long)
    mask_BT = torch.zeros(len(datums), longest, dtype=torch.long)
    for index, datum in enumerate(datums):
        tokens_BT[index, : len(datum.tokens)] = torch.from_numpy(datum.tokens.astype(np.int64))
        mask_BT[index, : len(datum.tokens)] = 1
    first = min(int(datum.trained[0]) for datum in datums)
    logits = model(
        input_ids=tokens_BT, attention_mask=mask_BT, logits_to_keep=longest - first + 1, use_cache=False
    ).logits
    logprobs_BC = -torch.nn.functional.cross_entropy(
        logits[:, :-1].flatten(0, 1), tokens_BT[:, first:].flatten(), reduction="none"
    ).view(len(datums), -1)
    loss = torch.zeros(())
    for row, datum in zip(logprobs_BC, datums, strict=True):
        ratio = (row[: len(datum.old_logprobs)] - torch.from_numpy(datum.old_logprobs)).exp()
        advantage = float(datum.advantages[0])
        loss = loss - datum.weight * torch.minimum(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
    loss.backward()


def seconds(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Medians of `repeats`: wall clock, and processor time of all threads."""
    walls, processors = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return sorted(walls)[len(walls) // 2], sorted(processors)[len(processors) // 2]


def peak_gib() -> float:
    """Peak resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measures packed, then padded, then one optimizer step."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (
        ("prompt", 160),
        ("completion", 96),
        ("group", 8),
        ("groups", 2),
        ("repeats", 3),
        ("budget", TOKEN_BUDGET),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--cache-dir", type=Path, default=Path.home() / ".cache" / "omni-thinker" / "models")
    options = parser.parse_args()
    torch.use_deterministic_algorithms(True, warn_only=True)
    loaded = load(
        "smollm2-135m-instruct", seed=0, model_root=None, cache_dir=options.cache_dir, device=torch.device("cpu")
    )
    model = loaded.model
    datums = make_datums(options, int(model.config.vocab_size))
    trained = sum(len(datum.trained) for datum in datums)
    sums = GradientSums(model, lambda: model, options.budget)

    def packed() -> None:
        sums.drop()
        facts["forward_tokens_packed"] = sums.add(datums, LOSS).forward_tokens

    def padded() -> None:
        model.zero_grad(set_to_none=True)
        for start in range(0, len(datums), options.group):
            padded_backward(model, datums[start : start + options.group])

    GradientSums(model, lambda: model).add(datums[:1], LOSS)  # warm-up
    facts: dict[str, float] = {"trained_tokens": trained}
    facts["packed_s"], facts["packed_cpu_s"] = seconds(packed, options.repeats)
    facts["peak_gib_packed"] = peak_gib()
    ours = sums.sums()
    norms = AdamW(dict(model.named_parameters()))
    gradients = [gradient.clone() for gradient in ours]
    facts["padded_s"], facts["padded_cpu_s"] = seconds(padded, options.repeats)
    theirs = [parameter.grad for _, parameter in sorted(model.named_parameters())]
    scale = max(float(gradient.abs().max()) for gradient in gradients)
    facts["gradient_difference"] = max(
        float((a - b).abs().max()) / scale for a, b in zip(gradients, theirs, strict=True) if b is not None
    )
    facts["peak_gib_padded"] = peak_gib()
    model.zero_grad(set_to_none=True)
    settings = AdamSettings(lr=0.0)
    step_s, step_cpu_s = seconds(lambda: norms.step(sums.sums(), 1.0, settings), options.repeats)
    facts |= {"optimizer_step_s": step_s, "optimizer_step_cpu_s": step_cpu_s}
    facts["peak_gib_with_adam"] = peak_gib()
    for kind in ("packed", "padded"):
        facts[f"{kind}_tokens_per_s"] = trained / facts[f"{kind}_s"]
        facts[f"{kind}_tokens_per_cpu_s"] = trained / facts[f"{kind}_cpu_s"]
    facts["speedup_cpu"] = facts["padded_cpu_s"] / facts["packed_cpu_s"]
    print(json.dumps({name: round(value, 7) for name, value in facts.items()}))


if __name__ == "__main__":
    main()
