"""Decode throughput of the engine against transformers' `generate`, on the same prompts, in one run.

Run with the server's Python: `python bench/generation.py [--rows 16] [--tokens 96] [--prompt 128]`.
Both sample at T = 1 without an end-of-sequence token, so both draw exactly rows × tokens tokens.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

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
    engine = max(engine_speed(loaded, options) for _ in range(options.rounds))
    theirs = max(transformers_speed(loaded, options) for _ in range(options.rounds))
    print(
        f"{options.model}, {options.rows} rows of {options.members} a prompt, prompt {options.prompt}, "
        f"{options.tokens} tokens, {options.threads} threads, {device.type}: engine {engine:.0f} tokens/s, "
        f"model.generate {theirs:.0f} tokens/s, ratio {engine / theirs:.2f}"
    )


def prompts(loaded: LoadedModel, options: argparse.Namespace) -> list[list[int]]:
    """Distinct prompts of the wanted length, one for every group of members."""
    ids = loaded.tokenizer.encode(TEXT * (options.prompt // 10 + 2), add_special_tokens=False)
    return [ids[index : index + options.prompt] for index in range(options.rows // options.members)]


def engine_speed(loaded: LoadedModel, options: argparse.Namespace) -> float:
    """Tokens a second of the engine, prefill included."""
    seeds = list(range(options.members))
    specs = [PromptSpec(str(index), tokens, seeds) for index, tokens in enumerate(prompts(loaded, options))]
    start = time.perf_counter()
    done = list(generate(loaded, specs, Sampling(1.0, options.tokens), budget=Budget(rows=options.rows)))
    return sum(len(rollout.tokens) for rollout in done) / (time.perf_counter() - start)


def transformers_speed(loaded: LoadedModel, options: argparse.Namespace) -> float:
    """Tokens a second of `model.generate` on the same rows, prefill included."""
    rows = [tokens for tokens in prompts(loaded, options) for _ in range(options.members)]
    ids_RL = torch.tensor(rows, device=loaded.model.device)
    start = time.perf_counter()
    out = loaded.model.generate(  # pyright: ignore[reportCallIssue]
        ids_RL,
        attention_mask=torch.ones_like(ids_RL),
        do_sample=True,
        top_k=0,
        max_new_tokens=options.tokens,
        min_new_tokens=options.tokens,
    )
    return (out.shape[1] - options.prompt) * options.rows / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
