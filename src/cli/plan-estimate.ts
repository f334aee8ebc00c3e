import { join } from "node:path";
import type { Plan, RunListing } from "../compose/index.js";
import { loadConfig, type OmniConfig } from "../config/index.js";
import type { StepMetrics } from "../telemetry/index.js";

/** How much a run may take; null where nothing is known. */
export interface Estimate {
  readonly maxSeconds: number | null;
  /** What the seconds come from. */
  readonly basis: string;
  readonly judgeCalls: number;
  readonly judgeTokens: number;
}

/** Rates of the newest run here with the same model: seconds a generated token, all activities included. */
export interface KnownRate {
  readonly runId: string;
  readonly secondsPerToken: number;
}

/** Time: every completion at its token limit. Judge: writing items drawn by their share of the data. */
export function estimate(config: OmniConfig, plan: Plan, rate: KnownRate | undefined): Estimate {
  const writing = writingShare(config, plan);
  const calls = (config.judge?.orders === "both" ? 2 : 1) * writing * (plan.rollouts + plan.evaluationRollouts);
  const judgeCalls = Math.ceil(calls);
  return {
    maxSeconds: rate === undefined ? null : rate.secondsPerToken * (plan.maxGeneratedTokens + plan.maxEvaluationTokens),
    basis:
      rate === undefined
        ? "no run with this model here yet; after the first, a plan gives a time"
        : `run ${rate.runId}, every completion at its token limit`,
    judgeCalls,
    judgeTokens: judgeCalls * (config.judge?.maxTokens ?? 0),
  };
}

/** Share of the training prompts that are of writing tasks. */
function writingShare(config: OmniConfig, plan: Plan): number {
  const writing = new Set(config.tasks.filter((task) => task.family === "writing").map((task) => task.id));
  const all = plan.tasks.reduce((sum, task) => sum + task.train, 0);
  const ours = plan.tasks.filter((task) => writing.has(task.id)).reduce((sum, task) => sum + task.train, 0);
  return all === 0 ? 0 : ours / all;
}

/** The rate of the newest run of the same model that has GRPO steps. */
export async function knownRate(
  config: OmniConfig,
  runs: readonly RunListing[],
  stepsOf: (runDir: string) => readonly { readonly metrics: unknown }[],
): Promise<KnownRate | undefined> {
  for (const { runId, runDir, steps } of [...runs].reverse()) {
    if (steps === 0) continue;
    const base = await loadConfig(join(runDir, "config.yaml")).then(
      (loaded) => loaded.config.model.base,
      () => undefined,
    );
    if (base !== config.model.base) continue;
    const metrics = stepsOf(runDir).map((step) => step.metrics as StepMetrics);
    const grpo = metrics.filter((step) => step.phase === "grpo");
    const tokens = sum(grpo.map((step) => step.generatedTokens));
    const seconds = sum(grpo.flatMap((step) => Object.values(step.seconds)));
    if (tokens > 0) return { runId, secondsPerToken: seconds / tokens };
  }
  return undefined;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
