import { trainedTokens } from "../core/index.js";
import type { ForwardBackwardMetrics } from "../engine/engine.js";
import type { PlannedGroup } from "../grpo/index.js";
import type { Batch } from "../schedule/index.js";
import type { StepMetrics } from "../telemetry/index.js";
import { rewardWatch } from "./reward-watch.js";
import type { RunContext, Usage } from "./run-context.js";
import type { SftResult } from "./sft.js";
import { stageLr } from "./stage-settings.js";
import { statisticsByTask } from "./statistics.js";
import type { UpdateResult } from "./update.js";
import { usageSince } from "./usage.js";

/**
 * Writes a step into the store and tells it. A step that the store knows was replayed: it keeps its first record, and a
 * gradient norm other than the recorded one is said, for then the replay was not exact.
 */
export function commitStep(
  run: RunContext,
  made: StepMetrics,
  groups: readonly PlannedGroup[],
  totalSteps: number,
): void {
  const metrics = { ...made, ...watched(run, made) };
  const known = run.store.step(metrics.stepId);
  if (known !== undefined) {
    warnOfInexactReplay(run, metrics, known.metrics.gradNorm);
    run.emit({ kind: "step_committed", metrics: { ...metrics, replayed: true }, totalSteps });
    return;
  }
  const { stepId, position, weightsVersion } = made;
  const records = groups.map(({ group: { itemId, taskId }, statistics: { mean, std, signal, scored } }) => ({
    itemId,
    taskId,
    mean,
    std,
    signal,
    scored,
  }));
  run.store.commitStep({ stepId, position, weightsVersion, metrics: { ...metrics } }, records);
  run.emit({ kind: "step_committed", metrics, totalSteps });
}

/** Steps before one that its trends are looked for in, all tasks together. */
const LOOK_BACK = 64;

function watched(run: RunContext, metrics: StepMetrics): { watch?: readonly string[] } {
  if (metrics.phase !== "grpo") return {};
  const earlier = run.store
    .stepsBefore(metrics.position, LOOK_BACK)
    .map((step) => step.metrics as unknown as StepMetrics);
  const primary = Object.fromEntries(run.tasks.map(({ task }) => [task.id, task.reward.primary]));
  const watch = rewardWatch(earlier, metrics, primary);
  return watch.length === 0 ? {} : { watch };
}

function warnOfInexactReplay(run: RunContext, metrics: StepMetrics, recorded: unknown): void {
  if (recorded === metrics.gradNorm) return;
  const message = `replay of ${metrics.stepId} differs: gradient norm ${metrics.gradNorm}, recorded ${String(recorded)} (another machine or thread count?)`;
  run.emit({ kind: "notice", level: "warn", message });
}

/** Metrics of one GRPO step. */
export function grpoMetrics(
  run: RunContext,
  step: {
    readonly stepId: string;
    readonly position: number;
    readonly batch: Batch;
    readonly result: UpdateResult;
    readonly usageBefore: Usage;
  },
): StepMetrics {
  const { plan, buckets, optim } = step.result;
  const groups = plan.groups.map(({ group }) => group);
  const lossSum = sum(Object.values(buckets).map((bucket) => bucket.lossSum));
  return {
    stepId: step.stepId,
    position: step.position,
    phase: "grpo",
    stage: step.batch.stage,
    epoch: step.batch.epoch,
    weightsVersion: optim.weightsVersion,
    divisor: plan.divisor,
    loss: plan.divisor === 0 ? 0 : lossSum / plan.divisor,
    gradNorm: optim.gradNorm,
    updateNorm: optim.updateNorm,
    lr: stageLr(run, step.batch.stage),
    tasks: statisticsByTask(groups),
    trainer: Object.fromEntries(Object.entries(buckets).map(([taskId, bucket]) => [taskId, { ...bucket }])),
    seconds: run.time.take(),
    generatedTokens: sum(groups.flatMap((group) => group.members.map(({ rollout }) => trainedTokens(rollout)))),
    trainedTokens: trained(Object.values(buckets)),
    ...usageSince(run, step.usageBefore),
    replayed: false,
  };
}

/** Metrics of one step of supervised fine-tuning; `stage` is its bucket's name too. */
export function sftMetrics(
  run: RunContext,
  step: { readonly stepId: string; readonly position: number; readonly stage: string; readonly result: SftResult },
): StepMetrics {
  const { metrics, optim, loss, lr } = step.result;
  return {
    stepId: step.stepId,
    position: step.position,
    phase: "warm-up",
    stage: step.stage,
    epoch: 0,
    weightsVersion: optim.weightsVersion,
    loss,
    gradNorm: optim.gradNorm,
    updateNorm: optim.updateNorm,
    lr,
    tasks: {},
    trainer: { [step.stage]: { ...metrics } },
    seconds: run.time.take(),
    generatedTokens: 0,
    trainedTokens: metrics.tokens,
    sandboxRuns: 0,
    judgeCalls: 0,
    replayed: false,
  };
}

const trained = (buckets: readonly ForwardBackwardMetrics[]) => sum(buckets.map((bucket) => bucket.tokens));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
