import type { Item } from "../core/index.js";
import type { Reward } from "../rewards/reward.js";
import type { LoadReport } from "./load-report.js";
import { retryable } from "./retryable.js";
import type { TokenLengths } from "./select-items.js";
import type { RolloutContext, Task } from "./task.js";
import type { TaskData } from "./task-data.js";

/** A task once its data is open: what it takes to score and measure it. */
export interface TaskParts {
  readonly reward: Reward;
  /** Measures prompts for `maxPromptTokens`; without it no prompt is too long. */
  readonly tokenLengths?: TokenLengths;
}

/** A task whose items come from a data set. */
export interface DataTask extends Task {
  /** What loading left out and kept; loads if need be. Throws like `load`. */
  report(signal?: AbortSignal): Promise<LoadReport>;
}

/** The task of a config over its data. Rows that {@link TaskData.read} has read are not read again. */
export function buildTask(data: TaskData, parts: TaskParts): DataTask {
  const { config } = data;
  const once = retryable((signal) => data.load(parts.tokenLengths, signal));
  return {
    id: config.id,
    family: config.family,
    settings: {
      klBeta: config.klBeta,
      weight: config.weight,
      ...(config.groupSize !== undefined && { groupSize: config.groupSize }),
      ...(config.temperature !== undefined && { temperature: config.temperature }),
      ...(config.maxTokens !== undefined && { maxTokens: config.maxTokens }),
      ...(config.eval !== undefined && { eval: config.eval }),
    },
    reward: parts.reward,
    ...(config.data.fields.opening !== undefined && { rollout: playConversation }),
    load: async (signal) => (await once(signal)).splits,
    report: async (signal) => (await once(signal)).report,
  };
}

/** Earlier user turns, each answered by the policy itself, then the item's own. */
async function playConversation(item: Item, { generate }: RolloutContext): Promise<void> {
  const [first, ...rest] = item.opening ?? [];
  if (first === undefined) {
    await generate(item.messages);
    return;
  }
  const system = item.messages.filter(({ role }) => role === "system");
  await generate([...system, { role: "user", content: first }]);
  for (const content of rest) await generate([{ role: "user", content }]);
  await generate(item.messages.filter(({ role }) => role !== "system"));
}
