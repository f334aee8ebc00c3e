import { EngineError, type Rollout } from "../core/index.js";
import type { AdamParams, Datum, ForwardBackwardMetrics, LossConfig, OptimStepResult } from "../engine/engine.js";
import { type Group, type PlannedRollout, planUpdate, type UpdatePlan } from "../grpo/index.js";
import type { RunContext } from "./run-context.js";
import { type StageSettings, stageLr, stageSettings } from "./stage-settings.js";

/** What one optimizer step did. */
export interface UpdateResult {
  readonly plan: UpdatePlan;
  readonly buckets: Readonly<Record<string, ForwardBackwardMetrics>>;
  readonly optim: OptimStepResult;
}

/**
 * Groups → advantages → Datums → summed gradients → one AdamW step (method §2). With `freshOptimizer` that step is AdamW's
 * first: a stage begins so, lest the momentum of the task before it goes on in it.
 */
export async function updateOnGroups(
  run: RunContext,
  {
    stepId,
    stage,
    freshOptimizer,
  }: { readonly stepId: string; readonly stage: string; readonly freshOptimizer: boolean },
  groups: readonly Group[],
): Promise<UpdateResult> {
  const { train } = run.config;
  const settings = new Map(run.tasks.map(({ task }) => [task.id, stageSettings(run, stage, task.id)]));
  const byTask = (of: (task: StageSettings) => number) =>
    Object.fromEntries([...settings].map(([id, task]) => [id, of(task)]));
  const plan = planUpdate(groups, {
    taskOrder: run.tasks.map(({ task }) => task.id),
    klBeta: byTask((task) => task.klBeta),
    weight: byTask((task) => task.weight),
    truncated: train.truncated,
    aggregation: train.aggregation,
  });
  const step = run.engine.trainer.step(stepId);
  const buckets: Record<string, ForwardBackwardMetrics> = {};
  for (const { taskId, klBeta, rollouts } of plan.buckets) {
    const datums = rollouts.map(policyDatum);
    const loss = policyLoss(run, klBeta, settings.get(taskId)?.temperature ?? train.temperature);
    buckets[taskId] = await step.forwardBackward(datums, loss, { bucket: taskId, signal: run.signal });
  }
  // Without a scored prompt the gradient is zero, and the engine takes no divisor of 0.
  const divisor = plan.divisor === 0 ? 1 : plan.divisor;
  const adam = adamParams(run, stageLr(run, stage));
  const optim = await step.optimStep(
    { adam, gradClip: train.gradClip, divisor, freshOptimizer },
    { signal: run.signal },
  );
  await run.engine.sampler.syncWeights(optim.weightsVersion, { signal: run.signal });
  return { plan, buckets, optim };
}

/** AdamW settings of the config at this learning rate. */
export function adamParams({ config: { train } }: RunContext, lr: number): AdamParams {
  return { lr, beta1: train.beta1, beta2: train.beta2, eps: train.eps, weightDecay: train.weightDecay };
}

/** The engine's version must follow the run's position; anything else means that another run trains the same model. */
export function assertVersion(optim: OptimStepResult, expected: number): void {
  if (optim.weightsVersion === expected) return;
  throw new EngineError(
    `the engine is at weights version ${optim.weightsVersion}, this run at ${expected}: somebody else trains this model; use another model id`,
    { code: "version_mismatch" },
  );
}

function policyLoss(run: RunContext, klCoefficient: number, temperature: number): LossConfig {
  const { train } = run.config;
  return {
    kind: "policy_gradient",
    clipLow: train.clipLow,
    clipHigh: train.clipHigh,
    klCoefficient,
    level: train.ratioLevel,
    aggregation: train.aggregation,
    temperature,
  };
}

/** A rollout as the trainer takes it. */
function policyDatum({ rollout, advantage, weight }: PlannedRollout): Datum {
  const length = rollout.segments.reduce((sum, segment) => sum + segment.tokens.length, 0);
  const tokens = new Int32Array(length);
  const mask = new Uint8Array(length);
  let at = 0;
  for (const segment of rollout.segments) {
    tokens.set(segment.tokens, at);
    if (segment.trained) mask.fill(1, at, at + segment.tokens.length);
    at += segment.tokens.length;
  }
  return {
    datumId: rollout.id,
    tokens,
    mask,
    oldLogprobs: behaviourLogprobs(rollout),
    advantages: Float32Array.of(advantage),
    weight,
    prefixGroup: `${rollout.taskId}/${rollout.itemId}`,
  };
}

function behaviourLogprobs(rollout: Rollout): Float32Array {
  return Float32Array.from(rollout.segments.flatMap((segment) => (segment.trained ? [...segment.logprobs] : [])));
}
