import type { ComponentScore, Item, RewardRecord } from "../core/index.js";

/** What a reward sees of a rollout: text only. */
export interface Scored {
  readonly item: Item;
  /** The completion as text, special tokens removed. */
  readonly response: string;
  readonly truncated: boolean;
  /** Derived from (run, step, item, member); positions and shuffles are seeded by it. */
  readonly seed: number;
}

/** What a reward may use while scoring. */
export interface RewardContext {
  readonly signal?: AbortSignal;
}

/**
 * One measured aspect of a response. It returns `{value: null, reason}` when it could not measure; it throws only
 * CancelledError. A wrong, missing or unparseable answer is 0, not null (method §3).
 */
export interface RewardComponent {
  readonly name: string;
  score(input: Scored, context: RewardContext): Promise<ComponentScore>;
}

/** The reward of a task: components composed. Never rejects but with CancelledError. */
export interface Reward {
  readonly primary: string;
  /** Component names in display order. */
  readonly components: readonly string[];
  score(input: Scored, context: RewardContext): Promise<RewardRecord>;
}
