"""The `torch` backend: transformers models, sampled from and trained in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import singledispatchmethod
from pathlib import Path
from typing import Any, TypeVar, cast

import torch

from omni_engine.backends import commands as c
from omni_engine.backends.backend import BackendFacts
from omni_engine.backends.instance import Instance, check_trainable
from omni_engine.backends.merging import merge_checkpoints
from omni_engine.checkpoints import CheckpointFolder, Stored
from omni_engine.errors import EngineError
from omni_engine.generation import PromptSpec, generate, render, score
from omni_engine.heap import trim_heap
from omni_engine.judge import Complete, Completion, frozen_judge
from omni_engine.models import BUILTIN_MODELS, LoadedModel, load
from omni_engine.training import BucketNorms, ChunkReport
from omni_engine.training.gradients import TOKEN_BUDGET

R = TypeVar("R")
_FEATURES = ("reference", "logprobs", "deterministic", "prefix_sharing", "merge", "gradient_norms")


class TorchBackend:
    """Holds loaded models by id, and each frozen base at most once, from when it is first asked for."""

    def __init__(
        self,
        device: torch.device,
        cache_dir: Path,
        model_root: Path | None = None,
        checkpoints: CheckpointFolder | None = None,
        token_budget: int = TOKEN_BUDGET,
    ) -> None:
        self._device = device
        self._cache_dir = cache_dir
        self._model_root = model_root
        self._checkpoints = checkpoints
        self._token_budget = token_budget
        self._instances: dict[str, Instance] = {}
        self._frozen: dict[tuple[str, int], LoadedModel] = {}
        self._last_judge: tuple[LoadedModel, Complete] | None = None
        self._stop: Callable[[], bool] = lambda: False
        # Two threads that add into one gradient would leave its bits to chance.
        torch.use_deterministic_algorithms(True, warn_only=True)

    @property
    def facts(self) -> BackendFacts:
        """Name, device, threads and what it can do."""
        return BackendFacts(
            "torch", str(self._device), torch.get_num_threads(), ("sample", "train"), _FEATURES, BUILTIN_MODELS
        )

    def execute(self, command: c.Command[R], should_stop: Callable[[], bool]) -> R:
        """See Backend."""
        self._stop = should_stop
        return cast(R, self._do(command))

    @singledispatchmethod
    def _do(self, command: Any) -> Any:
        raise EngineError("unimplemented", f"the torch backend knows no {type(command).__name__}")

    @_do.register
    def _load_model(self, command: c.LoadModel) -> c.ModelFacts:
        present = self._instances.get(command.model_id)
        if present and not command.replace:
            if present.settings != (command.base, command.seed, command.from_checkpoint):
                raise EngineError(
                    "model_exists",
                    f"model {command.model_id!r} is loaded with other settings; set replace, or choose another model_id",
                )
            return present.facts()
        if present:
            self._forget(command.model_id)
        contents = self._folder().load(command.from_checkpoint) if command.from_checkpoint else None
        loaded = self._load(command.base, command.seed)
        check_trainable(loaded.model, command.base)
        torch.manual_seed(command.seed)  # whatever is random in training
        instance = Instance(command, loaded, lambda: self._reference(command.base, command.seed), self._token_budget)
        if contents:
            instance.restore(command.from_checkpoint, contents)
        self._instances[command.model_id] = instance
        return instance.facts()

    @_do.register
    def _unload_model(self, command: c.UnloadModel) -> None:
        self._instance(command.model_id)
        self._forget(command.model_id)

    @_do.register
    def _generate(self, command: c.Generate) -> Iterator[c.Rollout]:
        instance = self._instance(command.model_id)
        expected, version = command.expected_version, instance.version
        if expected is not None and expected != version:
            raise EngineError(
                "version_mismatch",
                f"model {command.model_id!r} is at version {version}, not {expected}; sync its weights",
            )
        loaded = instance.reference() if command.reference else instance.loaded
        prompts = [
            PromptSpec(prompt.prompt_id, tokens, prompt.seeds, prompt.wanted)
            for prompt, tokens in zip(command.prompts, self._render(loaded, command.prompts), strict=True)
        ]
        finished = generate(loaded, prompts, command.sampling, should_stop=self._stop)
        return (c.Rollout(rollout, 0 if command.reference else version) for rollout in finished)

    @_do.register
    def _score(self, command: c.ScoreTokens) -> Any:
        instance = self._instance(command.model_id)
        loaded = instance.reference() if command.reference else instance.loaded
        for index, sequence in enumerate(command.sequences):
            _check_tokens(f"sequences[{index}].tokens", list(sequence.tokens), loaded)
        return score(loaded, command.sequences, command.temperature)

    @_do.register
    def _tokenize(self, command: c.Tokenize) -> list[list[int]]:
        return self._render(self._instance(command.model_id).loaded, command.prompts)

    @_do.register
    def _check_version(self, command: c.CheckVersion) -> int:
        held = self._instance(command.model_id).version
        if held != command.weights_version:
            raise EngineError(
                "version_mismatch", f"model {command.model_id!r} is at version {held}, not {command.weights_version}"
            )
        return held

    @_do.register
    def _forward_backward(self, command: c.ForwardBackward) -> ChunkReport:
        instance = self._instance(command.model_id)
        earlier = instance.ledger.earlier_chunk(command.position)
        if earlier is not None:
            return earlier
        for datum in command.datums:
            _check_tokens(f"datum {datum.datum_id!r}: tokens", datum.tokens.tolist(), instance.loaded)
        report = instance.gradients.add(command.datums, command.loss, self._stop, command.kept_bucket)
        instance.ledger.add_chunk(command.position, report)
        return report

    @_do.register
    def _gradient_norms(self, command: c.GradientNorms) -> BucketNorms:
        instance = self._instance(command.model_id)
        if instance.ledger.open_step != command.step_id:
            raise EngineError(
                "sequence_gap",
                f"step {command.step_id!r} is not open; ask after its ForwardBackward calls and before OptimStep",
            )
        return instance.gradients.norms()

    @_do.register
    def _optim_step(self, command: c.OptimStep) -> c.StepReport:
        started = time.monotonic()
        instance = self._instance(command.model_id)
        earlier = instance.ledger.earlier_outcome(command.position, command.chunk_digests)
        if earlier is not None:
            return earlier
        if not command.chunk_digests and not command.skip_update:
            raise EngineError("bad_request", "OptimStep without a ForwardBackward; send datums, or set skip_update")
        if command.fresh_optimizer:
            instance.optimizer.forget()
        gradient_norm = update_norm = 0.0
        if not command.skip_update:
            norms = instance.optimizer.step(instance.gradients.sums(), command.divisor, command.adam)
            gradient_norm, update_norm = norms.gradient, norms.update
        instance.gradients.drop()
        trim_heap()
        instance.version += 1
        report = c.StepReport(gradient_norm, instance.version, update_norm, time.monotonic() - started)
        instance.ledger.close(command.position, report)
        return report

    @_do.register
    def _discard(self, command: c.DiscardGradients) -> int:
        instance = self._instance(command.model_id)
        chunks = instance.ledger.discard(command.step_id)
        if chunks:
            instance.gradients.drop()
        return chunks

    @_do.register
    def _save(self, command: c.SaveCheckpoint) -> c.CheckpointFacts:
        instance = self._instance(command.model_id)
        state = instance.optimizer_state() if command.optimizer else {}
        stored = self._folder().save(command.name, instance.manifest(command.optimizer), instance.weights, state)
        return _checkpoint_facts(stored)

    @_do.register
    def _merge(self, command: c.MergeCheckpoints) -> c.CheckpointFacts:
        instance = self._instance(command.model_id)
        return _checkpoint_facts(merge_checkpoints(command, instance, self._folder(), self._stop))

    @_do.register
    def _load_checkpoint(self, command: c.LoadCheckpoint) -> c.ModelFacts:
        instance = self._instance(command.model_id)
        instance.restore(command.name, self._folder().load(command.name))
        return instance.facts()

    @_do.register
    def _export(self, command: c.ExportModel) -> c.ExportFacts:
        loaded = self._instance(command.model_id).loaded
        size = sum(weight.numel() * weight.element_size() for weight in loaded.model.parameters())

        def write(folder: Path) -> None:
            loaded.model.save_pretrained(folder)
            loaded.tokenizer.save_pretrained(folder)

        folder = self._folder().export(command.name, size, write)
        files = sorted(path for path in folder.iterdir() if path.is_file())
        total = sum(path.stat().st_size for path in files)
        return c.ExportFacts(command.name, tuple(path.name for path in files), total, str(folder))

    @_do.register
    def _judge(self, command: c.Judge) -> Completion:
        first = next(iter(self._instances.values()), None)
        if first is None:
            raise EngineError("not_loaded", "the trial judge has no model yet; call LoadModel first")
        return self._judge_of(first.reference())(
            command.messages,
            max_tokens=command.max_tokens,
            temperature=command.temperature,
            seed=command.seed,
            schema=command.schema,
        )

    def _judge_of(self, frozen: LoadedModel) -> Complete:
        if self._last_judge is None or self._last_judge[0] is not frozen:
            self._last_judge = (frozen, frozen_judge(frozen))
        return self._last_judge[1]

    def _instance(self, model_id: str) -> Instance:
        instance = self._instances.get(model_id)
        if instance is None:
            raise EngineError("not_loaded", f"no model {model_id!r} is loaded; call LoadModel first")
        return instance

    def _folder(self) -> CheckpointFolder:
        if self._checkpoints is None:
            raise EngineError("bad_request", "this server keeps no checkpoints; start it with --checkpoint-root DIR")
        return self._checkpoints

    def _load(self, base: str, seed: int) -> LoadedModel:
        return load(base, seed=seed, model_root=self._model_root, cache_dir=self._cache_dir, device=self._device)

    def _reference(self, base: str, seed: int) -> LoadedModel:
        if (base, seed) not in self._frozen:
            frozen = self._load(base, seed)
            frozen.model.requires_grad_(False)
            self._frozen[base, seed] = frozen
        return self._frozen[base, seed]

    def _forget(self, model_id: str) -> None:
        del self._instances[model_id]
        needed = {instance.settings[:2] for instance in self._instances.values()}
        self._frozen = {key: frozen for key, frozen in self._frozen.items() if key in needed}
        self._last_judge = None

    @staticmethod
    def _render(loaded: LoadedModel, prompts: tuple[c.PromptInput, ...]) -> list[list[int]]:
        rendered: list[list[int]] = []
        for prompt in prompts:
            try:
                rendered.append(render(loaded, chat=prompt.chat, text=prompt.text, tokens=prompt.tokens))
            except EngineError as error:
                raise EngineError(error.code, f"prompt {prompt.prompt_id!r}: {error.message}") from error
        return rendered


def _checkpoint_facts(stored: Stored) -> c.CheckpointFacts:
    manifest = stored.manifest
    return c.CheckpointFacts(
        stored.name,
        manifest.weights_version,
        manifest.weights_hash,
        stored.bytes,
        manifest.optimizer,
        manifest.base,
    )


def _check_tokens(where: str, tokens: list[int], loaded: LoadedModel) -> None:
    vocabulary_size = cast(torch.Tensor, loaded.model.get_input_embeddings().weight).shape[0]
    if not 1 <= len(tokens) <= loaded.context_length:
        raise EngineError("bad_request", f"{where}: {len(tokens)} tokens; allowed are 1 to {loaded.context_length}")
    if not 0 <= min(tokens) <= max(tokens) < vocabulary_size:
        raise EngineError("bad_request", f"{where}: a token is outside the vocabulary of {vocabulary_size}")
