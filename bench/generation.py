"""Decode throughput of the engine against transformers' `generate`, on the same prompts, in one run.

Run with the server's Python: `python bench/generation.py [--rows 16] [--tokens 96] [--prompt 128]`.
Both sample at T = 1 without an end-of-sequence token, so both draw exactly rows × tokens tokens.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from omni_engine.generation import Budget, PromptSpec, Sampling, generate
from omni_engine.models import LoadedModel, load

TEXT = "A farmer has 12 sheep and buys 3 more every week. How many sheep are there after some weeks? Explain. "


def main() -> None:
    """Prints both speeds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--members", type=int, default=8, help="rows that share a prompt")
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--prompt", type=int, default=128, help="prompt length in tokens")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cache-dir", type=Path, default=Path.home() / ".cache" / "omni-thinker")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loaded = load(options.model, seed=0, model_root=None, cache_dir=options.cache_dir, device=device)
    loaded = replace(loaded, eos_token=-1)
    engine, theirs = Clock(), Clock()
    for _ in range(options.rounds):
        engine.best(engine_tokens, loaded, options)
        theirs.best(transformers_tokens, loaded, options)
    print(
        f"{options.model}, {options.rows} rows of {options.members} a prompt, prompt {options.prompt}, "
        f"{options.tokens} tokens, {options.threads} threads, {device.type}: "
        f"engine {engine.wall:.0f} tokens/s ({engine.cpu:.0f} a CPU second), "
        f"model.generate {theirs.wall:.0f} ({theirs.cpu:.0f}), "
        f"ratio {engine.wall / theirs.wall:.2f} ({engine.cpu / theirs.cpu:.2f})"
    )


class Clock:
    """The best speed of several rounds, in tokens a second by the wall and by the processor's clock.

    On a machine shared with other work only the second, with one thread, says anything.
    """

    def __init__(self) -> None:
        self.wall = 0.0
        self.cpu = 0.0

    def best(self, work: Callable[[LoadedModel, argparse.Namespace], int], *arguments: Any) -> None:
        """Runs `work`, which returns how many tokens it made."""
        wall, cpu = time.perf_counter(), time.process_time()
        tokens = work(*arguments)
        self.wall = max(self.wall, tokens / (time.perf_counter() - wall))
        self.cpu = max(self.cpu, tokens / (time.process_time() - cpu))


def prompts(loaded: LoadedModel, options: argparse.Namespace) -> list[list[int]]:
    """Distinct prompts of the wanted length, one for every group of members."""
    ids = loaded.tokenizer.encode(TEXT * (options.prompt // 10 + 2), add_special_tokens=False)
    return [ids[index : index + options.prompt] for index in range(options.rows // options.members)]


def engine_tokens(loaded: LoadedModel, options: argparse.Namespace) -> int:
    """Generates with the engine, prefill included."""
    seeds = list(range(options.members))
    specs = [PromptSpec(str(index), tokens, seeds) for index, tokens in enumerate(prompts(loaded, options))]
    done = generate(loaded, specs, Sampling(1.0, options.tokens), budget=Budget(rows=options.rows))
    return sum(len(rollout.tokens) for rollout in done)


def transformers_tokens(loaded: LoadedModel, options: argparse.Namespace) -> int:
    """Generates the same rows with `model.generate`, prefill included."""
    rows = [tokens for tokens in prompts(loaded, options) for _ in range(options.members)]
    ids_RL = torch.tensor(rows, device=loaded.model.device)
    out = loaded.model.generate(  # pyright: ignore[reportCallIssue]
        ids_RL,
        attention_mask=torch.ones_like(ids_RL),
        do_sample=True,
        top_k=0,
        max_new_tokens=options.tokens,
        min_new_tokens=options.tokens,
    )
    return (out.shape[1] - options.prompt) * options.rows


if __name__ == "__main__":
    main()
