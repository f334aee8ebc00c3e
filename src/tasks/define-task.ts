import { createHash } from "node:crypto";
import { type ChatMessage, ConfigError, DataError, type Gold, type Item, type Splits } from "../core/index.js";
import type { Reward } from "../rewards/reward.js";
import { type SplitShares, splitByQuestion } from "./split.js";
import type { RolloutContext, Task, TaskSettings } from "./task.js";

/** An item of a custom task: a question, and whatever its reward needs to know as `data` (or a family's gold). */
export interface CustomItem {
  readonly question: string;
  /** Default: a hash of the content. */
  readonly id?: string;
  /** Default: the task's system prompt and the question. */
  readonly messages?: readonly ChatMessage[];
  /** Read by the reward as `item.gold.data` (gold kind `custom`). */
  readonly data?: unknown;
  readonly gold?: Gold;
  /** A full good response for warm-up, tags included. */
  readonly demonstration?: string;
}

/** A task made in a program. */
export interface TaskDefinition {
  readonly id: string;
  /** Default: the id. */
  readonly family?: string;
  /** Items in memory, or a function that gets them; split by `split` unless given as splits. */
  readonly items:
    | readonly CustomItem[]
    | ((signal?: AbortSignal) => Promise<readonly CustomItem[]> | readonly CustomItem[])
    | { readonly [part in keyof Splits]: readonly CustomItem[] };
  readonly reward: Reward;
  readonly system?: string;
  /** Default: a tenth each. */
  readonly split?: SplitShares;
  /** Of the split; default 0. */
  readonly seed?: number;
  readonly settings?: Partial<TaskSettings>;
  /** Plays an item over several turns; default one turn. */
  rollout?(item: Item, context: RolloutContext): Promise<void>;
}

/**
 * A task from code, for {@link Task}'s place in a run. Throws ConfigError for a bad id; `load` throws DataError for an
 * item without a question, two items with one id, or nothing to train on.
 */
export function defineTask(definition: TaskDefinition): Task {
  const { id, items, rollout } = definition;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) {
    throw new ConfigError(`task id "${id}": use 1 to 64 letters, digits, dots, dashes or underscores`);
  }
  return {
    id,
    family: definition.family ?? id,
    settings: { klBeta: 0, ...definition.settings },
    reward: definition.reward,
    load: async (signal) => {
      const given = typeof items === "function" ? await items(signal) : items;
      const splits = "train" in given ? splitsOf(given, definition) : splitOf(given, definition);
      return checked(splits, id);
    },
    ...(rollout && { rollout: (item, context) => rollout(item, context) }),
  };
}

function splitOf(items: readonly CustomItem[], definition: TaskDefinition): Splits {
  const shares = definition.split ?? { validation: 0.1, test: 0.1 };
  return splitByQuestion(
    items.map((item) => complete(item, definition)),
    shares,
    definition.seed ?? 0,
  );
}

function splitsOf(
  parts: { readonly [part in keyof Splits]: readonly CustomItem[] },
  definition: TaskDefinition,
): Splits {
  const completed = (items: readonly CustomItem[]) => items.map((item) => complete(item, definition));
  return { train: completed(parts.train), validation: completed(parts.validation), test: completed(parts.test) };
}

function complete(item: CustomItem, { id: taskId, system }: TaskDefinition): Item {
  if (item.question.trim() === "")
    throw new DataError(`task "${taskId}": an item has no question`, { code: "bad_row" });
  const gold: Gold = item.gold ?? { kind: "custom", data: item.data ?? null };
  const messages = item.messages ?? [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    { role: "user" as const, content: item.question },
  ];
  const id =
    item.id ??
    createHash("sha256")
      .update(JSON.stringify([item.question, gold]))
      .digest("hex")
      .slice(0, 16);
  const { demonstration } = item;
  return { id, taskId, question: item.question, messages, gold, ...(demonstration !== undefined && { demonstration }) };
}

function checked(splits: Splits, taskId: string): Splits {
  if (splits.train.length === 0) {
    throw new DataError(`task "${taskId}": no item to train on; give more items or a smaller split`, {
      code: "data_empty",
    });
  }
  const seen = new Set<string>();
  for (const { id } of [...splits.train, ...splits.validation, ...splits.test]) {
    if (seen.has(id)) throw new DataError(`task "${taskId}": two items have the id "${id}"`, { code: "duplicate_id" });
    seen.add(id);
  }
  return splits;
}
