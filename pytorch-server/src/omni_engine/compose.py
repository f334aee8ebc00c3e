"""The only place that builds the parts and puts them together."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import torch
import transformers

from omni_engine.backends import commands as c
from omni_engine.backends.command_queue import CommandQueue
from omni_engine.backends.torch_backend import TorchBackend
from omni_engine.checkpoints import CheckpointFolder
from omni_engine.credentials import Credentials
from omni_engine.judge import Completion, JudgeServer
from omni_engine.judge.schema import FlatSchema
from omni_engine.lifeline import follow
from omni_engine.listen import Address, SetupError
from omni_engine.server import Server, serve

_JUDGE_MODEL = "trial-judge"


def compose(options: argparse.Namespace, address: Address, credentials: Credentials) -> Server:
    """A server that is up, from the command line's options. Raises SetupError."""
    transformers.utils.logging.disable_progress_bar()
    if options.model_root and not options.model_root.is_dir():
        raise SetupError(f"--model-root {options.model_root}: there is no such folder")
    if options.threads is not None:
        if options.threads < 1:
            raise SetupError("--threads must be at least 1")
        torch.set_num_threads(options.threads)
    checkpoints = _checkpoints(options.checkpoint_root)
    backend = TorchBackend(_device(options.device), options.cache_dir, options.model_root, checkpoints)
    queue = CommandQueue(backend)
    judge = None if options.no_judge else _judge(queue)
    where = (judge.url, judge.token) if judge else ("", "")
    server = serve(address, credentials, queue, checkpoints, where, options.address_file)
    if options.parent_pid is not None:
        follow(options.parent_pid, server.tidy)
    return server


def _judge(queue: CommandQueue) -> JudgeServer:
    """The trial judge, up; its turns wait in `queue` with everything else."""

    def complete(
        messages: Sequence[dict[str, str]], *, max_tokens: int, temperature: float, seed: int, schema: FlatSchema | None
    ) -> Completion:
        return queue.run(c.Judge(tuple(messages), max_tokens, temperature, seed, schema))

    judge = JudgeServer(complete, _JUDGE_MODEL)
    judge.start()
    return judge


def _device(wanted: str) -> torch.device:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise SetupError("--device cuda: torch sees no CUDA device; use --device cpu, or install torch with CUDA")
    use_cuda = wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available())
    return torch.device("cuda:0" if use_cuda else "cpu")


def _checkpoints(root: Path | None) -> CheckpointFolder | None:
    if root is None:
        return None
    try:
        folder = CheckpointFolder(root)
    except OSError as cause:
        raise SetupError(f"--checkpoint-root {root}: {cause.strerror}") from cause
    if not os.access(root, os.W_OK):
        raise SetupError(f"--checkpoint-root {root}: not writable")
    return folder
