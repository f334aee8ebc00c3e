import { hint, type OmniConfig } from "../config/index.js";
import { type ChatMessage, ConfigError, type Item, randomStream } from "../core/index.js";
import { type LoadReport, openTaskData } from "../tasks/index.js";
import { approximateTokens } from "./approximate-tokens.js";
import { cacheFolder } from "./places.js";

/** Lengths over some texts, in characters; null where there is none. */
export interface Lengths {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** A task's data after mapping, filters, template and split. */
export interface TaskInspection extends LoadReport {
  readonly family: string;
  readonly prompt: Lengths | null;
  readonly demonstration: Lengths | null;
  /** Items by kind of gold. */
  readonly gold: Readonly<Record<string, number>>;
  /** A seeded few, as the model will be asked and as they will be scored. */
  readonly items: readonly Item[];
}

/**
 * Loads each task's data as a run would and tells what became of it. No model is loaded: for the length filter four
 * characters count as one token. Throws as loading does, ConfigError for a task that the config has not.
 */
export async function inspectData(options: {
  readonly config: OmniConfig;
  readonly baseDir: string;
  /** Items shown of each task. */
  readonly show: number;
  readonly taskId?: string;
  readonly signal?: AbortSignal;
}): Promise<readonly TaskInspection[]> {
  const { config, baseDir, show, taskId, signal } = options;
  const places = { seed: config.seed, baseDir, cacheDir: cacheFolder() };
  const estimate = async (prompts: readonly (readonly ChatMessage[])[]) => prompts.map(approximateTokens);
  const inspections: TaskInspection[] = [];
  const tasks = config.tasks.filter(({ id }) => taskId === undefined || id === taskId);
  if (taskId !== undefined && tasks.length === 0) {
    const ids = config.tasks.map(({ id }) => id);
    throw new ConfigError(`--task ${taskId}: the config has no such task${hint(taskId, ids)}`);
  }
  for (const task of tasks) {
    const { splits, report } = await openTaskData(task, places).load(estimate, signal);
    const items = [...splits.train, ...splits.validation, ...splits.test];
    const shown = randomStream(config.seed, "inspect", task.id).shuffle(splits.train).slice(0, show);
    inspections.push({
      ...report,
      family: task.family,
      prompt: lengths(items.map((item) => item.messages.reduce((sum, { content }) => sum + content.length, 0))),
      demonstration: lengths(items.flatMap((item) => item.demonstration?.length ?? [])),
      gold: counts(items.map((item) => item.gold.kind)),
      items: shown,
    });
  }
  return inspections;
}

function lengths(values: readonly number[]): Lengths | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { n: sorted.length, min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
}

function counts(names: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}
