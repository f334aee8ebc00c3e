import type { ChatMessage, Item, Splits } from "../core/index.js";
import type { Reward } from "../rewards/reward.js";

/** A turn that {@link RolloutContext.generate} gives back. */
export interface Turn {
  readonly text: string;
  readonly finishReason: "stop" | "length";
}

/** What a multi-turn rollout may use. All waiting respects `signal`. */
export interface RolloutContext {
  readonly signal: AbortSignal;
  readonly member: number;
  /**
   * Lets the policy answer. The first call takes chat messages; a later one continues from the exact tokens so far,
   * with `messages` appended as environment text (source `environment`, not trained).
   */
  generate(messages: readonly ChatMessage[]): Promise<Turn>;
}

/** Per-task training settings, resolved from the config. */
export interface TaskSettings {
  /** Coefficient β_k of the KL term; 0 never runs the reference model. */
  readonly klBeta: number;
  /** Of each prompt in the loss's weighted mean (method §2); undefined = 1. */
  readonly weight?: number;
  /** Rollouts a prompt; undefined = the train section's. */
  readonly groupSize?: number;
  /** Rollout temperature; undefined = the train section's. */
  readonly temperature?: number;
  /** Completion limit in tokens; undefined = the train section's. */
  readonly maxTokens?: number;
  /** What evaluations of this task do otherwise than the eval section says. */
  readonly eval?: {
    readonly items?: number;
    readonly samples?: number;
    readonly temperature?: number;
    readonly maxTokens?: number;
  };
}

/** A task: a data set of prompts and a reward (method §1), and how to play one item. */
export interface Task {
  readonly id: string;
  /** `math`, `code`, `qa`, `writing`, or the author's own word. */
  readonly family: string;
  readonly settings: TaskSettings;
  /** Reads, maps, templates, filters and splits the data; the same on every call. Throws DataError naming file:line. */
  load(signal?: AbortSignal): Promise<Splits>;
  /** The hybrid reward of a rollout of this task. */
  readonly reward: Reward;
  /**
   * Plays one item once. Leave it out for one turn: the loop then batches the prompts of a round together.
   * Text only: tokens and log-probs are recorded by the context.
   */
  rollout?(item: Item, context: RolloutContext): Promise<void>;
}
