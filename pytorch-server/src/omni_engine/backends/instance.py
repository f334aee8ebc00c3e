"""One loaded model: its weights, and what training them has gathered."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import torch
from transformers import PreTrainedModel

from omni_engine.backends.commands import LoadModel, ModelFacts, StepReport
from omni_engine.checkpoints import Contents, Manifest
from omni_engine.errors import EngineError
from omni_engine.models import LoadedModel
from omni_engine.training import AdamW, ChunkReport, GradientSums, StepLedger
from omni_engine.weights_hash import weights_hash

_LOGIT_EXTRAS = ("final_logit_softcapping", "logit_scale", "logits_scaling")
_RNG = "rng/torch"


class Instance:
    """A policy with its optimizer, summed gradients and ledger of calls. `reference` gives its frozen base."""

    def __init__(
        self, command: LoadModel, loaded: LoadedModel, reference: Callable[[], LoadedModel], token_budget: int
    ) -> None:
        self.model_id = command.model_id
        self.seed = command.seed
        self.settings = (command.base, command.seed, command.from_checkpoint)
        self.loaded = loaded
        self.reference = reference
        self.version = 0
        self.gradients = GradientSums(loaded.model, lambda: reference().model, token_budget)
        self.optimizer = AdamW(dict(loaded.model.named_parameters()))
        self.new_session()

    def new_session(self) -> None:
        """Drops summed gradients and the memory of earlier calls."""
        self.session_id = uuid.uuid4().hex
        self.ledger: StepLedger[ChunkReport, StepReport] = StepLedger()
        self.gradients.drop()

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        """All trained tensors by name, tied ones once."""
        return {name: parameter.detach() for name, parameter in self.loaded.model.named_parameters()}

    def facts(self) -> ModelFacts:
        """ModelInfo of the proto; hashes the weights."""
        return ModelFacts(
            model_id=self.model_id,
            base=self.loaded.base,
            weights_version=self.version,
            weights_hash=weights_hash(self.weights),
            parameters=sum(weight.numel() for weight in self.weights.values()),
            context_length=self.loaded.context_length,
            eos_token=self.loaded.eos_token,
            session_id=self.session_id,
        )

    def manifest(self, optimizer: bool) -> Manifest:
        """The manifest of a checkpoint of now."""
        return Manifest(
            base=self.loaded.base,
            seed=self.seed,
            weights_version=self.version,
            weights_hash=weights_hash(self.weights),
            optimizer=optimizer,
            optimizer_steps=self.optimizer.steps if optimizer else 0,
        )

    def optimizer_state(self) -> dict[str, torch.Tensor]:
        """Moments and the state of torch's CPU generator."""
        return self.optimizer.state() | {_RNG: torch.get_rng_state()}

    def restore(self, name: str, contents: Contents) -> None:
        """Takes weights, optimizer, RNG and version of a checkpoint; all or, where it does not fit, nothing."""
        own = self.weights
        shapes = {key: weight.shape for key, weight in own.items()}
        if {key: weight.shape for key, weight in contents.weights.items()} != shapes:
            raise EngineError(
                "bad_request",
                f"checkpoint {name!r} was made from {contents.manifest.base!r} and does not fit {self.loaded.base!r}; load it "
                "into a model of that base",
            )
        moments = {key: tensor for key, tensor in contents.optimizer.items() if key != _RNG}
        self.optimizer.restore(moments, contents.manifest.optimizer_steps)
        for key, weight in own.items():
            weight.copy_(contents.weights[key])
        if _RNG in contents.optimizer:
            torch.set_rng_state(contents.optimizer[_RNG].clone())
        self.version = contents.manifest.weights_version
        self.new_session()


def check_trainable(model: PreTrainedModel, base: str) -> None:
    """Raises EngineError unimplemented for a model whose logits are more than its head's output."""
    head = model.get_output_embeddings()
    config = model.config.get_text_config()
    extras = [name for name in _LOGIT_EXTRAS if getattr(config, name, None) not in (None, 1, 1.0)]
    if not isinstance(head, torch.nn.Linear):
        raise EngineError("unimplemented", f"model {base!r} has no linear output layer; use another model")
    if extras:
        raise EngineError(
            "unimplemented", f"model {base!r} has {extras[0]}, which training does not apply; use another model"
        )
