import type { OmniConfig } from "../config/index.js";
import type { ChatMessage } from "../core/index.js";
import { scheduleBatches } from "../schedule/index.js";
import { openTaskData } from "../tasks/index.js";
import { approximateTokens } from "./approximate-tokens.js";
import { cacheFolder } from "./places.js";

/** What a run would do, without an engine. */
export interface Plan {
  readonly model: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly family: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly demonstrations: number;
  }[];
  readonly stages: readonly { readonly stage: string; readonly updates: number; readonly prompts: number }[];
  readonly warmUpSteps: number;
  readonly updates: number;
  readonly rollouts: number;
  /** At most: every completion at its token limit. */
  readonly maxGeneratedTokens: number;
  readonly evaluations: number;
  readonly evaluationRollouts: number;
}

/**
 * Loads and filters the data as a run would, except the length filter, which needs the model's tokenizer: here four
 * characters count as one token.
 */
export async function planRun(options: {
  readonly config: OmniConfig;
  readonly baseDir: string;
  readonly signal?: AbortSignal;
}): Promise<Plan> {
  const { config, baseDir, signal } = options;
  const estimate = async (prompts: readonly (readonly ChatMessage[])[]) => prompts.map(approximateTokens);
  const places = { seed: config.seed, baseDir, cacheDir: cacheFolder() };
  const loaded = [];
  for (const task of config.tasks) {
    const { splits } = await openTaskData(task, places).load(estimate, signal);
    loaded.push({ config: task, splits });
  }
  const { promptsPerUpdate, epochs, maxUpdates, groupSize } = config.train;
  const items = loaded.map(({ config: task, splits }) => ({ id: task.id, items: splits.train }));
  const schedule = config.schedule;
  const all = scheduleBatches({ schedule, tasks: items, promptsPerUpdate, epochs, seed: config.seed });
  const batches = all.slice(0, maxUpdates ?? all.length);
  const tokenLimit = new Map(config.tasks.map((task) => [task.id, task.maxTokens ?? config.train.maxTokens]));
  const prompts = batches.flatMap((batch) => batch.items);
  const evaluations = evaluationPoints(config, batches.length);
  const held = loaded.map(({ config: task, splits }) => {
    const items = Math.min(splits[config.eval.split].length, task.eval?.items ?? config.eval.itemsPerTask);
    return items * (task.eval?.samples ?? config.eval.samples);
  });
  return {
    model: config.model.base,
    tasks: loaded.map(({ config: task, splits }) => ({
      id: task.id,
      family: task.family,
      train: splits.train.length,
      validation: splits.validation.length,
      test: splits.test.length,
      demonstrations: splits.train.filter((item) => item.demonstration !== undefined).length,
    })),
    stages: stagesOf(batches),
    warmUpSteps: config.warmup?.steps ?? 0,
    updates: batches.length,
    rollouts: prompts.length * groupSize,
    maxGeneratedTokens: groupSize * sum(prompts.map((item) => tokenLimit.get(item.taskId) ?? 0)),
    evaluations,
    evaluationRollouts: evaluations * sum(held),
  };
}

function evaluationPoints({ warmup, eval: { every } }: OmniConfig, updates: number): number {
  const during = every > 0 ? Math.max(0, Math.ceil(updates / every) - 1) : 0;
  return 1 + (warmup === undefined ? 0 : 1) + during + (updates > 0 ? 1 : 0);
}

function stagesOf(batches: ReturnType<typeof scheduleBatches>): Plan["stages"] {
  const names = [...new Set(batches.map((batch) => batch.stage))];
  return names.map((stage) => {
    const ours = batches.filter((batch) => batch.stage === stage);
    return { stage, updates: ours.length, prompts: sum(ours.map((batch) => batch.items.length)) };
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
