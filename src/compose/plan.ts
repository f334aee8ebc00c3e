import type { OmniConfig, TaskConfig } from "../config/index.js";
import { type ChatMessage, DataError, type Item, type Splits } from "../core/index.js";
import { type ExperimentPlan, evaluationBound, experimentPlan, promptBound, sumOf } from "../experiment/index.js";
import { type Batch, scheduleBatches } from "../schedule/index.js";
import { openTaskData } from "../tasks/index.js";
import { approximateTokens } from "./approximate-tokens.js";
import { checkedEngine } from "./checked-engine.js";
import { engineShares } from "./engine-shares.js";
import { loadOwnRewards } from "./own-rewards.js";
import { cacheFolder } from "./places.js";
import { settleOrder } from "./settle-order.js";

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
    /** The hub could not be asked: counts are what `data.limit` and `data.split` say. */
    readonly assumed: boolean;
  }[];
  readonly stages: readonly { readonly stage: string; readonly updates: number; readonly prompts: number }[];
  readonly warmUpSteps: number;
  readonly updates: number;
  readonly rollouts: number;
  /** At most: every completion at its token limit. */
  readonly maxGeneratedTokens: number;
  readonly evaluations: number;
  readonly evaluationRollouts: number;
  /** At most, as in training. */
  readonly maxEvaluationTokens: number;
  /** How `schedule.order: auto` was settled, and what to mind; empty where the order is given. */
  readonly notices: readonly string[];
  /** What the section `experiment` comes to, where there is one. */
  readonly experiment?: ExperimentPlan;
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
  const { baseDir, signal } = options;
  const { config, notices } = await settleOrder(options.config, signal === undefined ? {} : { signal });
  // What an experiment spreads over several engines, it runs one engine at a time.
  for (const one of config.experiment === undefined ? [config] : engineShares(config)) checkedEngine(one);
  await loadOwnRewards(config.tasks, baseDir);
  const estimate = async (prompts: readonly (readonly ChatMessage[])[]) => prompts.map(approximateTokens);
  const places = { seed: config.seed, baseDir, cacheDir: cacheFolder() };
  const loaded = [];
  for (const task of config.tasks) {
    const read = openTaskData(task, places).load(estimate, signal);
    const { splits, assumed } = await read.then(
      (found) => ({ splits: found.splits, assumed: false }),
      (error: unknown) => ({ splits: assumedSplits(task, config, error), assumed: true }),
    );
    loaded.push({ config: task, splits, assumed });
  }
  const { promptsPerUpdate, epochs, maxUpdates } = config.train;
  const items = loaded.map(({ config: task, splits }) => ({ id: task.id, items: splits.train }));
  const schedule = config.schedule;
  const all = scheduleBatches({ schedule, tasks: items, promptsPerUpdate, epochs, seed: config.seed });
  const batches = all.slice(0, maxUpdates ?? all.length);
  const trained = batches.flatMap((batch) => batch.items.map((item) => promptBound(config, batch.stage, item.taskId)));
  const evaluations = evaluationPoints(config, batches);
  const held = Object.fromEntries(
    loaded.map(({ config: task, splits }) => [task.id, splits[config.eval.split].length]),
  );
  const evaluated = evaluationBound(config, held);
  return {
    model: config.model.base,
    tasks: loaded.map(({ config: task, splits, assumed }) => ({
      id: task.id,
      family: task.family,
      train: splits.train.length,
      validation: splits.validation.length,
      test: splits.test.length,
      demonstrations: splits.train.filter((item) => item.demonstration !== undefined).length,
      assumed,
    })),
    notices: notices.map(({ message }) => message),
    stages: stagesOf(batches),
    warmUpSteps: config.warmup?.steps ?? 0,
    updates: batches.length,
    rollouts: sumOf(trained).rollouts,
    maxGeneratedTokens: sumOf(trained).tokens,
    evaluations,
    evaluationRollouts: evaluations * evaluated.rollouts,
    maxEvaluationTokens: evaluations * evaluated.tokens,
    ...(config.experiment === undefined ? {} : { experiment: experimentPlan(config, items, evaluated) }),
  };
}

/** As many placeholders as the config says, so that a plan needs no network. Throws `error` where it cannot be known. */
function assumedSplits(task: TaskConfig, config: OmniConfig, error: unknown): Splits {
  const { limit, split } = task.data;
  if (!(error instanceof DataError) || error.code !== "hub_unreachable" || limit === undefined) throw error;
  const part = (of: number | string) => (typeof of === "number" ? Math.round(of * limit) : config.eval.itemsPerTask);
  const own = (of: number | string) => (typeof of === "number" ? Math.round(of * limit) : 0);
  const items = (name: string, count: number) =>
    Array.from({ length: count }, (_, at): Item => {
      return {
        id: `${name}-${at}`,
        taskId: task.id,
        question: "",
        messages: [],
        gold: { kind: "none", reason: "assumed" },
      };
    });
  return {
    train: items("train", limit - own(split.validation) - own(split.test)),
    validation: items("validation", part(split.validation)),
    test: items("test", part(split.test)),
  };
}

function evaluationPoints({ warmup, eval: { every, stages } }: OmniConfig, batches: readonly Batch[]): number {
  const updates = batches.length;
  const ends = stages
    ? batches.flatMap((batch, at) => (at > 0 && batches[at - 1]?.stage !== batch.stage ? [at] : []))
    : [];
  const inside =
    every > 0 ? Array.from({ length: Math.max(0, Math.ceil(updates / every) - 1) }, (_, k) => (k + 1) * every) : [];
  return 1 + (warmup === undefined ? 0 : 1) + new Set([...ends, ...inside]).size + (updates > 0 ? 1 : 0);
}

function stagesOf(batches: ReturnType<typeof scheduleBatches>): Plan["stages"] {
  const names = [...new Set(batches.map((batch) => batch.stage))];
  return names.map((stage) => {
    const ours = batches.filter((batch) => batch.stage === stage);
    return { stage, updates: ours.length, prompts: sum(ours.map((batch) => batch.items.length)) };
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
