import type { ChatMessage, FinishReason } from "../core/index.js";

/** What stands behind an engine address. */
export interface EngineCapabilities {
  readonly protocol: string;
  readonly serverVersion: string;
  readonly backend: string;
  readonly device: string;
  /** CPU threads; part of what bit-for-bit resume depends on. */
  readonly threads: number;
  readonly roles: readonly string[];
  readonly features: readonly string[];
  readonly builtinModels: readonly string[];
  /** The trial judge's endpoint (OpenAI-compatible) and token, when the server offers one. */
  readonly judge?: { readonly baseUrl: string; readonly token: string };
  readonly maxRssBytes: number;
}

/** A loaded model. */
export interface ModelInfo {
  readonly modelId: string;
  readonly base: string;
  /** 0 when loaded from base, +1 an optimizer step. */
  readonly weightsVersion: number;
  /** Hex SHA-256 over all tensors. */
  readonly weightsHash: string;
  readonly parameters: number;
  readonly contextLength: number;
  /** Ends a completion; appended to demonstrations. */
  readonly eosToken: number;
  readonly sessionId: string;
}

/** A prompt as chat messages, or as the exact tokens of a rollout to be continued. */
export type PromptContent =
  | { readonly kind: "chat"; readonly messages: readonly ChatMessage[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tokens"; readonly tokens: Int32Array };

/** One prompt of a generate call. */
export interface PromptRequest {
  readonly promptId: string;
  readonly content: PromptContent;
  /** uint32, one a member. */
  readonly seeds: readonly number[];
  /** Members wanted back; undefined = all. All are computed in any case, so the result's bits do not depend on it. */
  readonly wanted?: readonly number[];
}

/** How to sample. */
export interface SamplingParams {
  /** Members a prompt. */
  readonly n: number;
  /** 0 = greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** 0 = off. */
  readonly topK: number;
  readonly maxTokens: number;
  readonly stop?: readonly string[];
}

/** A generate call: the canonical order of `prompts` decides the batches, never timing. */
export interface GenerateCall {
  readonly prompts: readonly PromptRequest[];
  readonly sampling: SamplingParams;
  readonly weights?: "policy" | "reference";
  /** Fails with `version_mismatch` if the sampler serves another version. */
  readonly expectedVersion?: number;
}

/** A finished completion. */
export interface Generated {
  readonly promptId: string;
  readonly member: number;
  readonly promptTokens: Int32Array;
  readonly tokens: Int32Array;
  /** Untruncated softmax(logits / T), natural, one a token. */
  readonly logprobs: Float32Array;
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly meanLogprob: number;
  /** Nats, T = 1. */
  readonly meanEntropy: number;
  readonly weightsVersion: number;
}

/** Options of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Generates. All methods reject with EngineError or CancelledError. */
export interface Sampler {
  /** Completions as they finish, in any order. Breaking out of the iteration cancels the call. */
  generate(call: GenerateCall, options?: CallOptions): AsyncIterable<Generated>;
  /** Log-probs of tokens from `promptLength` on. */
  score(
    sequences: readonly { readonly tokens: Int32Array; readonly promptLength: number }[],
    options: CallOptions & { readonly temperature: number; readonly weights?: "policy" | "reference" },
  ): Promise<readonly { readonly logprobs: Float32Array; readonly entropies: Float32Array }[]>;
  /** Makes the sampler serve this version. */
  syncWeights(weightsVersion: number, options?: CallOptions): Promise<void>;
  /** Prompts as the model would see them. */
  tokenize(prompts: readonly PromptContent[], options?: CallOptions): Promise<readonly Int32Array[]>;
}

/** One sequence to learn from; a trainer needs nothing that a sampler holds. */
export interface Datum {
  readonly datumId: string;
  readonly tokens: Int32Array;
  /** One byte a token, 1 = trained; the first is 0. */
  readonly mask: Uint8Array;
  /** One a trained token; empty for cross-entropy. */
  readonly oldLogprobs: Float32Array;
  /** One for all trained tokens, or one each; empty for cross-entropy. */
  readonly advantages: Float32Array;
  /** Multiplies the datum's loss, e.g. 1/G. */
  readonly weight: number;
  /** Datums of one group share their prompt. */
  readonly prefixGroup: string;
}

/** The loss of a chunk of datums (method §2). */
export interface LossConfig {
  readonly kind: "policy_gradient" | "cross_entropy";
  readonly clipLow: number;
  readonly clipHigh: number;
  /** β; 0 never runs the reference model. */
  readonly klCoefficient: number;
  readonly level: "token" | "sequence";
  readonly aggregation: "sequence_mean" | "token_sum";
  readonly temperature: number;
}

/** What a forward–backward tells; means are over trained tokens. */
export interface ForwardBackwardMetrics {
  readonly lossSum: number;
  readonly weightSum: number;
  readonly tokens: number;
  readonly forwardTokens: number;
  readonly ratioMean: number;
  readonly ratioMax: number;
  readonly clipFractionLow: number;
  readonly clipFractionHigh: number;
  readonly klMean: number;
  readonly entropyMean: number;
  readonly logprobDiffMean: number;
  readonly logprobDiffMax: number;
  readonly seconds: number;
}

/** AdamW settings of one optimizer step. */
export interface AdamParams {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
}

/** What an optimizer step tells. */
export interface OptimStepResult {
  /** L2, after the divisor, before clipping. */
  readonly gradNorm: number;
  readonly weightsVersion: number;
  readonly updateNorm: number;
  readonly seconds: number;
}

/** How the summed gradients of the buckets of a step lie to one another. */
export interface GradientNorms {
  /** Those kept apart, in the order of their first chunks. */
  readonly buckets: readonly string[];
  /** L2 of each bucket's summed gradient, before the divisor. */
  readonly norms: readonly number[];
  /** `cosines[i][j]` of buckets i and j; 0 beside a bucket without gradient. */
  readonly cosines: readonly (readonly number[])[];
}

/** One optimizer step under way: chunks are numbered and digested inside, so that a retry can never train twice. */
export interface TrainStep {
  /**
   * Adds gradients of Σ weight · loss. With `keepBucket` the bucket's own sum is kept too, for {@link TrainStep.gradientNorms}:
   * on the server that costs the memory of the weights once more a bucket.
   */
  forwardBackward(
    datums: readonly Datum[],
    loss: LossConfig,
    options?: CallOptions & { readonly bucket?: string; readonly keepBucket?: boolean },
  ): Promise<ForwardBackwardMetrics>;
  /** Of the buckets kept so far; before optimStep, else `sequence_gap`. Changes nothing. */
  gradientNorms(options?: CallOptions): Promise<GradientNorms>;
  /**
   * Divides by `divisor`, clips, updates. With no forwardBackward before it: version + 1, weights untouched. With
   * `freshOptimizer` AdamW first forgets its moments and their step count.
   */
  optimStep(
    settings: {
      readonly adam: AdamParams;
      readonly gradClip: number;
      readonly divisor: number;
      readonly freshOptimizer?: boolean;
    },
    options?: CallOptions,
  ): Promise<OptimStepResult>;
  /** Drops what was summed. */
  discard(options?: CallOptions): Promise<void>;
}

/** What to merge, and into what (method §5: TIES, arXiv:2306.01708). */
export interface MergeRequest {
  /** The checkpoint to be written or replaced: weights only, version 0. */
  readonly name: string;
  /** Checkpoints of this model's base, at least one. */
  readonly checkpoints: readonly string[];
  /** > 0, one a checkpoint; all 1 if absent. */
  readonly weights?: readonly number[];
  /** Share of each tensor's changes that is kept, in (0, 1]. */
  readonly density: number;
  /** Factor on the merged change. */
  readonly lambda: number;
  /** The checkpoint that changes are measured against; the base model's own weights if absent. */
  readonly baseCheckpoint?: string;
}

/** Learns. All methods reject with EngineError or CancelledError. */
export interface Trainer {
  loadModel(
    request: { readonly base: string; readonly seed: number; readonly replace?: boolean },
    options?: CallOptions,
  ): Promise<ModelInfo>;
  /** Begins the optimizer step with this name (unique in a run). */
  step(stepId: string): TrainStep;
  /** Merges checkpoints into a new one; the loaded weights stay as they are. */
  merge(request: MergeRequest, options?: CallOptions): Promise<CheckpointInfo>;
}

/** A saved state. */
export interface CheckpointInfo {
  readonly name: string;
  readonly weightsVersion: number;
  readonly weightsHash: string;
  readonly bytes: number;
  readonly optimizer: boolean;
  readonly base: string;
}

/** Saves and restores weights, optimizer and RNG by name, on the server's disk. */
export interface Checkpoints {
  save(name: string, options?: CallOptions & { readonly optimizer?: boolean }): Promise<CheckpointInfo>;
  load(name: string, options?: CallOptions): Promise<ModelInfo>;
  list(prefix: string, options?: CallOptions): Promise<readonly CheckpointInfo[]>;
  /** One that is gone already is no error: the call before may have been cut off after the deed. */
  delete(name: string, options?: CallOptions): Promise<void>;
  /** A folder that transformers loads. */
  export(
    name: string,
    options?: CallOptions,
  ): Promise<{ readonly folder: string; readonly files: readonly string[]; readonly bytes: number }>;
}

/** A connection to one model on one engine. Sampler and trainer are separate contracts even where one server is both. */
export interface Engine {
  readonly address: string;
  readonly capabilities: EngineCapabilities;
  readonly sampler: Sampler;
  readonly trainer: Trainer;
  readonly checkpoints: Checkpoints;
  /** Closes the connection; ends the server if this process launched it. Idempotent. */
  close(): Promise<void>;
}
