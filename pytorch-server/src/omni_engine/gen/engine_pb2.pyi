# Made by pytorch-server/gen.py from proto/omni/engine/v1/engine.proto. Do not edit.
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Weights(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEIGHTS_POLICY: _ClassVar[Weights]
    WEIGHTS_REFERENCE: _ClassVar[Weights]

class FinishReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINISH_REASON_UNSPECIFIED: _ClassVar[FinishReason]
    FINISH_REASON_STOP: _ClassVar[FinishReason]
    FINISH_REASON_LENGTH: _ClassVar[FinishReason]

class Adapter(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ADAPTER_FULL: _ClassVar[Adapter]
    ADAPTER_LORA: _ClassVar[Adapter]

class LossKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOSS_KIND_UNSPECIFIED: _ClassVar[LossKind]
    LOSS_KIND_POLICY_GRADIENT: _ClassVar[LossKind]
    LOSS_KIND_CROSS_ENTROPY: _ClassVar[LossKind]

class RatioLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RATIO_LEVEL_TOKEN: _ClassVar[RatioLevel]
    RATIO_LEVEL_SEQUENCE: _ClassVar[RatioLevel]

class Aggregation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGGREGATION_SEQUENCE_MEAN: _ClassVar[Aggregation]
    AGGREGATION_TOKEN_SUM: _ClassVar[Aggregation]
WEIGHTS_POLICY: Weights
WEIGHTS_REFERENCE: Weights
FINISH_REASON_UNSPECIFIED: FinishReason
FINISH_REASON_STOP: FinishReason
FINISH_REASON_LENGTH: FinishReason
ADAPTER_FULL: Adapter
ADAPTER_LORA: Adapter
LOSS_KIND_UNSPECIFIED: LossKind
LOSS_KIND_POLICY_GRADIENT: LossKind
LOSS_KIND_CROSS_ENTROPY: LossKind
RATIO_LEVEL_TOKEN: RatioLevel
RATIO_LEVEL_SEQUENCE: RatioLevel
AGGREGATION_SEQUENCE_MEAN: Aggregation
AGGREGATION_TOKEN_SUM: Aggregation

class Step(_message.Message):
    __slots__ = ("step_id", "chunk_seq", "digest")
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    CHUNK_SEQ_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    step_id: str
    chunk_seq: int
    digest: bytes
    def __init__(self, step_id: _Optional[str] = ..., chunk_seq: _Optional[int] = ..., digest: _Optional[bytes] = ...) -> None: ...

class ChatMessage(_message.Message):
    __slots__ = ("role", "content")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    role: str
    content: str
    def __init__(self, role: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class ModelInfo(_message.Message):
    __slots__ = ("model_id", "base", "weights_version", "weights_hash", "parameters", "context_length", "eos_token", "session_id")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_HASH_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    EOS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    base: str
    weights_version: int
    weights_hash: str
    parameters: float
    context_length: int
    eos_token: int
    session_id: str
    def __init__(self, model_id: _Optional[str] = ..., base: _Optional[str] = ..., weights_version: _Optional[int] = ..., weights_hash: _Optional[str] = ..., parameters: _Optional[float] = ..., context_length: _Optional[int] = ..., eos_token: _Optional[int] = ..., session_id: _Optional[str] = ...) -> None: ...

class GetCapabilitiesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Capabilities(_message.Message):
    __slots__ = ("protocol", "server_version", "backend", "device", "threads", "roles", "features", "max_message_bytes", "builtin_models", "judge_url", "judge_token", "max_rss_bytes")
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    BUILTIN_MODELS_FIELD_NUMBER: _ClassVar[int]
    JUDGE_URL_FIELD_NUMBER: _ClassVar[int]
    JUDGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    MAX_RSS_BYTES_FIELD_NUMBER: _ClassVar[int]
    protocol: str
    server_version: str
    backend: str
    device: str
    threads: int
    roles: _containers.RepeatedScalarFieldContainer[str]
    features: _containers.RepeatedScalarFieldContainer[str]
    max_message_bytes: int
    builtin_models: _containers.RepeatedScalarFieldContainer[str]
    judge_url: str
    judge_token: str
    max_rss_bytes: float
    def __init__(self, protocol: _Optional[str] = ..., server_version: _Optional[str] = ..., backend: _Optional[str] = ..., device: _Optional[str] = ..., threads: _Optional[int] = ..., roles: _Optional[_Iterable[str]] = ..., features: _Optional[_Iterable[str]] = ..., max_message_bytes: _Optional[int] = ..., builtin_models: _Optional[_Iterable[str]] = ..., judge_url: _Optional[str] = ..., judge_token: _Optional[str] = ..., max_rss_bytes: _Optional[float] = ...) -> None: ...

class Prompt(_message.Message):
    __slots__ = ("prompt_id", "chat", "text", "tokens", "seeds", "wanted")
    PROMPT_ID_FIELD_NUMBER: _ClassVar[int]
    CHAT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    SEEDS_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    prompt_id: str
    chat: Chat
    text: str
    tokens: bytes
    seeds: _containers.RepeatedScalarFieldContainer[int]
    wanted: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, prompt_id: _Optional[str] = ..., chat: _Optional[_Union[Chat, _Mapping]] = ..., text: _Optional[str] = ..., tokens: _Optional[bytes] = ..., seeds: _Optional[_Iterable[int]] = ..., wanted: _Optional[_Iterable[int]] = ...) -> None: ...

class Chat(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[ChatMessage]
    def __init__(self, messages: _Optional[_Iterable[_Union[ChatMessage, _Mapping]]] = ...) -> None: ...

class SamplingParams(_message.Message):
    __slots__ = ("n", "temperature", "top_p", "top_k", "max_tokens", "stop", "max_prompt_tokens")
    N_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    TOP_P_FIELD_NUMBER: _ClassVar[int]
    TOP_K_FIELD_NUMBER: _ClassVar[int]
    MAX_TOKENS_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    MAX_PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    n: int
    temperature: float
    top_p: float
    top_k: int
    max_tokens: int
    stop: _containers.RepeatedScalarFieldContainer[str]
    max_prompt_tokens: int
    def __init__(self, n: _Optional[int] = ..., temperature: _Optional[float] = ..., top_p: _Optional[float] = ..., top_k: _Optional[int] = ..., max_tokens: _Optional[int] = ..., stop: _Optional[_Iterable[str]] = ..., max_prompt_tokens: _Optional[int] = ...) -> None: ...

class GenerateRequest(_message.Message):
    __slots__ = ("model_id", "prompts", "sampling", "weights", "expected_version_plus_one")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROMPTS_FIELD_NUMBER: _ClassVar[int]
    SAMPLING_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_PLUS_ONE_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    prompts: _containers.RepeatedCompositeFieldContainer[Prompt]
    sampling: SamplingParams
    weights: Weights
    expected_version_plus_one: int
    def __init__(self, model_id: _Optional[str] = ..., prompts: _Optional[_Iterable[_Union[Prompt, _Mapping]]] = ..., sampling: _Optional[_Union[SamplingParams, _Mapping]] = ..., weights: _Optional[_Union[Weights, str]] = ..., expected_version_plus_one: _Optional[int] = ...) -> None: ...

class GeneratedRollout(_message.Message):
    __slots__ = ("prompt_id", "member", "prompt_tokens", "tokens", "logprobs", "text", "finish_reason", "mean_logprob", "mean_entropy", "weights_version")
    PROMPT_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    LOGPROBS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    MEAN_LOGPROB_FIELD_NUMBER: _ClassVar[int]
    MEAN_ENTROPY_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    prompt_id: str
    member: int
    prompt_tokens: bytes
    tokens: bytes
    logprobs: bytes
    text: str
    finish_reason: FinishReason
    mean_logprob: float
    mean_entropy: float
    weights_version: int
    def __init__(self, prompt_id: _Optional[str] = ..., member: _Optional[int] = ..., prompt_tokens: _Optional[bytes] = ..., tokens: _Optional[bytes] = ..., logprobs: _Optional[bytes] = ..., text: _Optional[str] = ..., finish_reason: _Optional[_Union[FinishReason, str]] = ..., mean_logprob: _Optional[float] = ..., mean_entropy: _Optional[float] = ..., weights_version: _Optional[int] = ...) -> None: ...

class ScoreRequest(_message.Message):
    __slots__ = ("model_id", "sequences", "weights", "temperature")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCES_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    sequences: _containers.RepeatedCompositeFieldContainer[Sequence]
    weights: Weights
    temperature: float
    def __init__(self, model_id: _Optional[str] = ..., sequences: _Optional[_Iterable[_Union[Sequence, _Mapping]]] = ..., weights: _Optional[_Union[Weights, str]] = ..., temperature: _Optional[float] = ...) -> None: ...

class Sequence(_message.Message):
    __slots__ = ("tokens", "prompt_length")
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    tokens: bytes
    prompt_length: int
    def __init__(self, tokens: _Optional[bytes] = ..., prompt_length: _Optional[int] = ...) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ("scores",)
    SCORES_FIELD_NUMBER: _ClassVar[int]
    scores: _containers.RepeatedCompositeFieldContainer[SequenceScore]
    def __init__(self, scores: _Optional[_Iterable[_Union[SequenceScore, _Mapping]]] = ...) -> None: ...

class SequenceScore(_message.Message):
    __slots__ = ("logprobs", "entropies")
    LOGPROBS_FIELD_NUMBER: _ClassVar[int]
    ENTROPIES_FIELD_NUMBER: _ClassVar[int]
    logprobs: bytes
    entropies: bytes
    def __init__(self, logprobs: _Optional[bytes] = ..., entropies: _Optional[bytes] = ...) -> None: ...

class SyncWeightsRequest(_message.Message):
    __slots__ = ("model_id", "weights_version")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    weights_version: int
    def __init__(self, model_id: _Optional[str] = ..., weights_version: _Optional[int] = ...) -> None: ...

class SyncWeightsResponse(_message.Message):
    __slots__ = ("weights_version",)
    WEIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    weights_version: int
    def __init__(self, weights_version: _Optional[int] = ...) -> None: ...

class TokenizeRequest(_message.Message):
    __slots__ = ("model_id", "prompts")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROMPTS_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    prompts: _containers.RepeatedCompositeFieldContainer[Prompt]
    def __init__(self, model_id: _Optional[str] = ..., prompts: _Optional[_Iterable[_Union[Prompt, _Mapping]]] = ...) -> None: ...

class TokenizeResponse(_message.Message):
    __slots__ = ("tokens",)
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    tokens: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, tokens: _Optional[_Iterable[bytes]] = ...) -> None: ...

class LoadModelRequest(_message.Message):
    __slots__ = ("model_id", "base", "adapter", "seed", "from_checkpoint", "replace")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    ADAPTER_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    FROM_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    REPLACE_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    base: str
    adapter: Adapter
    seed: int
    from_checkpoint: str
    replace: bool
    def __init__(self, model_id: _Optional[str] = ..., base: _Optional[str] = ..., adapter: _Optional[_Union[Adapter, str]] = ..., seed: _Optional[int] = ..., from_checkpoint: _Optional[str] = ..., replace: _Optional[bool] = ...) -> None: ...

class Datum(_message.Message):
    __slots__ = ("datum_id", "tokens", "mask", "old_logprobs", "advantages", "weight", "prefix_group")
    DATUM_ID_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    MASK_FIELD_NUMBER: _ClassVar[int]
    OLD_LOGPROBS_FIELD_NUMBER: _ClassVar[int]
    ADVANTAGES_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PREFIX_GROUP_FIELD_NUMBER: _ClassVar[int]
    datum_id: str
    tokens: bytes
    mask: bytes
    old_logprobs: bytes
    advantages: bytes
    weight: float
    prefix_group: str
    def __init__(self, datum_id: _Optional[str] = ..., tokens: _Optional[bytes] = ..., mask: _Optional[bytes] = ..., old_logprobs: _Optional[bytes] = ..., advantages: _Optional[bytes] = ..., weight: _Optional[float] = ..., prefix_group: _Optional[str] = ...) -> None: ...

class LossConfig(_message.Message):
    __slots__ = ("kind", "clip_low", "clip_high", "kl_coefficient", "level", "aggregation", "temperature")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CLIP_LOW_FIELD_NUMBER: _ClassVar[int]
    CLIP_HIGH_FIELD_NUMBER: _ClassVar[int]
    KL_COEFFICIENT_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    TEMPERATURE_FIELD_NUMBER: _ClassVar[int]
    kind: LossKind
    clip_low: float
    clip_high: float
    kl_coefficient: float
    level: RatioLevel
    aggregation: Aggregation
    temperature: float
    def __init__(self, kind: _Optional[_Union[LossKind, str]] = ..., clip_low: _Optional[float] = ..., clip_high: _Optional[float] = ..., kl_coefficient: _Optional[float] = ..., level: _Optional[_Union[RatioLevel, str]] = ..., aggregation: _Optional[_Union[Aggregation, str]] = ..., temperature: _Optional[float] = ...) -> None: ...

class ForwardBackwardHeader(_message.Message):
    __slots__ = ("model_id", "step", "loss", "datums", "bucket", "keep_bucket")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    DATUMS_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    KEEP_BUCKET_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    step: Step
    loss: LossConfig
    datums: int
    bucket: str
    keep_bucket: bool
    def __init__(self, model_id: _Optional[str] = ..., step: _Optional[_Union[Step, _Mapping]] = ..., loss: _Optional[_Union[LossConfig, _Mapping]] = ..., datums: _Optional[int] = ..., bucket: _Optional[str] = ..., keep_bucket: _Optional[bool] = ...) -> None: ...

class ForwardBackwardRequest(_message.Message):
    __slots__ = ("header", "datum")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    DATUM_FIELD_NUMBER: _ClassVar[int]
    header: ForwardBackwardHeader
    datum: Datum
    def __init__(self, header: _Optional[_Union[ForwardBackwardHeader, _Mapping]] = ..., datum: _Optional[_Union[Datum, _Mapping]] = ...) -> None: ...

class ForwardBackwardResponse(_message.Message):
    __slots__ = ("loss_sum", "weight_sum", "tokens", "forward_tokens", "ratio_mean", "ratio_max", "clip_fraction_low", "clip_fraction_high", "kl_mean", "entropy_mean", "logprob_diff_mean", "logprob_diff_max", "seconds")
    LOSS_SUM_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_SUM_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    FORWARD_TOKENS_FIELD_NUMBER: _ClassVar[int]
    RATIO_MEAN_FIELD_NUMBER: _ClassVar[int]
    RATIO_MAX_FIELD_NUMBER: _ClassVar[int]
    CLIP_FRACTION_LOW_FIELD_NUMBER: _ClassVar[int]
    CLIP_FRACTION_HIGH_FIELD_NUMBER: _ClassVar[int]
    KL_MEAN_FIELD_NUMBER: _ClassVar[int]
    ENTROPY_MEAN_FIELD_NUMBER: _ClassVar[int]
    LOGPROB_DIFF_MEAN_FIELD_NUMBER: _ClassVar[int]
    LOGPROB_DIFF_MAX_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    loss_sum: float
    weight_sum: float
    tokens: int
    forward_tokens: int
    ratio_mean: float
    ratio_max: float
    clip_fraction_low: float
    clip_fraction_high: float
    kl_mean: float
    entropy_mean: float
    logprob_diff_mean: float
    logprob_diff_max: float
    seconds: float
    def __init__(self, loss_sum: _Optional[float] = ..., weight_sum: _Optional[float] = ..., tokens: _Optional[int] = ..., forward_tokens: _Optional[int] = ..., ratio_mean: _Optional[float] = ..., ratio_max: _Optional[float] = ..., clip_fraction_low: _Optional[float] = ..., clip_fraction_high: _Optional[float] = ..., kl_mean: _Optional[float] = ..., entropy_mean: _Optional[float] = ..., logprob_diff_mean: _Optional[float] = ..., logprob_diff_max: _Optional[float] = ..., seconds: _Optional[float] = ...) -> None: ...

class AdamParams(_message.Message):
    __slots__ = ("lr", "beta1", "beta2", "eps", "weight_decay")
    LR_FIELD_NUMBER: _ClassVar[int]
    BETA1_FIELD_NUMBER: _ClassVar[int]
    BETA2_FIELD_NUMBER: _ClassVar[int]
    EPS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_DECAY_FIELD_NUMBER: _ClassVar[int]
    lr: float
    beta1: float
    beta2: float
    eps: float
    weight_decay: float
    def __init__(self, lr: _Optional[float] = ..., beta1: _Optional[float] = ..., beta2: _Optional[float] = ..., eps: _Optional[float] = ..., weight_decay: _Optional[float] = ...) -> None: ...

class OptimStepRequest(_message.Message):
    __slots__ = ("model_id", "step", "adam", "grad_clip", "divisor", "chunk_digests", "skip_update", "fresh_optimizer")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    ADAM_FIELD_NUMBER: _ClassVar[int]
    GRAD_CLIP_FIELD_NUMBER: _ClassVar[int]
    DIVISOR_FIELD_NUMBER: _ClassVar[int]
    CHUNK_DIGESTS_FIELD_NUMBER: _ClassVar[int]
    SKIP_UPDATE_FIELD_NUMBER: _ClassVar[int]
    FRESH_OPTIMIZER_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    step: Step
    adam: AdamParams
    grad_clip: float
    divisor: float
    chunk_digests: _containers.RepeatedScalarFieldContainer[bytes]
    skip_update: bool
    fresh_optimizer: bool
    def __init__(self, model_id: _Optional[str] = ..., step: _Optional[_Union[Step, _Mapping]] = ..., adam: _Optional[_Union[AdamParams, _Mapping]] = ..., grad_clip: _Optional[float] = ..., divisor: _Optional[float] = ..., chunk_digests: _Optional[_Iterable[bytes]] = ..., skip_update: _Optional[bool] = ..., fresh_optimizer: _Optional[bool] = ...) -> None: ...

class OptimStepResponse(_message.Message):
    __slots__ = ("grad_norm", "weights_version", "update_norm", "seconds")
    GRAD_NORM_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_NORM_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    grad_norm: float
    weights_version: int
    update_norm: float
    seconds: float
    def __init__(self, grad_norm: _Optional[float] = ..., weights_version: _Optional[int] = ..., update_norm: _Optional[float] = ..., seconds: _Optional[float] = ...) -> None: ...

class DiscardGradientsRequest(_message.Message):
    __slots__ = ("model_id", "step_id")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    step_id: str
    def __init__(self, model_id: _Optional[str] = ..., step_id: _Optional[str] = ...) -> None: ...

class DiscardGradientsResponse(_message.Message):
    __slots__ = ("chunks",)
    CHUNKS_FIELD_NUMBER: _ClassVar[int]
    chunks: int
    def __init__(self, chunks: _Optional[int] = ...) -> None: ...

class GradientNormsRequest(_message.Message):
    __slots__ = ("model_id", "step_id")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    step_id: str
    def __init__(self, model_id: _Optional[str] = ..., step_id: _Optional[str] = ...) -> None: ...

class GradientNormsResponse(_message.Message):
    __slots__ = ("buckets", "norms", "cosines")
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    NORMS_FIELD_NUMBER: _ClassVar[int]
    COSINES_FIELD_NUMBER: _ClassVar[int]
    buckets: _containers.RepeatedScalarFieldContainer[str]
    norms: _containers.RepeatedScalarFieldContainer[float]
    cosines: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, buckets: _Optional[_Iterable[str]] = ..., norms: _Optional[_Iterable[float]] = ..., cosines: _Optional[_Iterable[float]] = ...) -> None: ...

class MergeRequest(_message.Message):
    __slots__ = ("model_id", "checkpoints", "weights", "density", "method", "name", "base_checkpoint")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    DENSITY_FIELD_NUMBER: _ClassVar[int]
    LAMBDA_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    checkpoints: _containers.RepeatedScalarFieldContainer[str]
    weights: _containers.RepeatedScalarFieldContainer[float]
    density: float
    method: str
    name: str
    base_checkpoint: str
    def __init__(self, model_id: _Optional[str] = ..., checkpoints: _Optional[_Iterable[str]] = ..., weights: _Optional[_Iterable[float]] = ..., density: _Optional[float] = ..., method: _Optional[str] = ..., name: _Optional[str] = ..., base_checkpoint: _Optional[str] = ..., **kwargs) -> None: ...

class MergeResponse(_message.Message):
    __slots__ = ("checkpoint", "info")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    checkpoint: str
    info: CheckpointInfo
    def __init__(self, checkpoint: _Optional[str] = ..., info: _Optional[_Union[CheckpointInfo, _Mapping]] = ...) -> None: ...

class UnloadModelRequest(_message.Message):
    __slots__ = ("model_id",)
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    def __init__(self, model_id: _Optional[str] = ...) -> None: ...

class UnloadModelResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SaveRequest(_message.Message):
    __slots__ = ("model_id", "name", "optimizer")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    name: str
    optimizer: bool
    def __init__(self, model_id: _Optional[str] = ..., name: _Optional[str] = ..., optimizer: _Optional[bool] = ...) -> None: ...

class CheckpointInfo(_message.Message):
    __slots__ = ("name", "weights_version", "weights_hash", "bytes", "optimizer", "base")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_HASH_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    name: str
    weights_version: int
    weights_hash: str
    bytes: float
    optimizer: bool
    base: str
    def __init__(self, name: _Optional[str] = ..., weights_version: _Optional[int] = ..., weights_hash: _Optional[str] = ..., bytes: _Optional[float] = ..., optimizer: _Optional[bool] = ..., base: _Optional[str] = ...) -> None: ...

class LoadRequest(_message.Message):
    __slots__ = ("model_id", "name")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    name: str
    def __init__(self, model_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("prefix",)
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    prefix: str
    def __init__(self, prefix: _Optional[str] = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ("checkpoints",)
    CHECKPOINTS_FIELD_NUMBER: _ClassVar[int]
    checkpoints: _containers.RepeatedCompositeFieldContainer[CheckpointInfo]
    def __init__(self, checkpoints: _Optional[_Iterable[_Union[CheckpointInfo, _Mapping]]] = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ("model_id", "name", "format")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    name: str
    format: str
    def __init__(self, model_id: _Optional[str] = ..., name: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ("name", "files", "bytes", "folder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    files: _containers.RepeatedScalarFieldContainer[str]
    bytes: float
    folder: str
    def __init__(self, name: _Optional[str] = ..., files: _Optional[_Iterable[str]] = ..., bytes: _Optional[float] = ..., folder: _Optional[str] = ...) -> None: ...
