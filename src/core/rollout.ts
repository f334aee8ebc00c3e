/** One message of a conversation, as chat templates take it. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Where a segment's tokens come from. */
export type SegmentSource = "prompt" | "policy" | "environment";

/**
 * A run of tokens with one origin. One turn is a prompt segment and a completion segment; continuing a rollout starts
 * from its exact tokens, never from re-templated text.
 */
export interface Segment {
  readonly tokens: Int32Array;
  /** Whether these tokens are trained on (true only for the policy's own). */
  readonly trained: boolean;
  /** Behaviour log-probs, natural, of the untruncated softmax(logits / T), one a token; empty unless `trained`. */
  readonly logprobs: Float32Array;
  readonly weightsVersion: number;
  readonly source: SegmentSource;
}

/** Why a completion ended: at an end-of-sequence token or stop string, or cut at the length limit (= truncated). */
export type FinishReason = "stop" | "length";

/** What the policy did on one item once. */
export interface Rollout {
  /** `${itemId}#${member}`, unique within an optimizer step. */
  readonly id: string;
  readonly itemId: string;
  readonly taskId: string;
  /** 0 … G−1. */
  readonly member: number;
  readonly segments: readonly Segment[];
  /** The policy's last completion as text, special tokens removed: what rewards read. */
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Mean log-prob of the trained tokens. */
  readonly meanLogprob: number;
  /** Mean full-softmax entropy of the trained tokens, nats, T = 1. */
  readonly meanEntropy: number;
}

/** Number of trained tokens |o|, end-of-sequence included. */
export function trainedTokens(rollout: Rollout): number {
  let count = 0;
  for (const segment of rollout.segments) if (segment.trained) count += segment.tokens.length;
  return count;
}
