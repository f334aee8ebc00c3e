import { CancelledError, type Item, randomStream } from "../core/index.js";
import type { SamplingParams } from "../engine/engine.js";
import type { JudgeUse, SandboxUse, TaskEvaluation, WorkerUse } from "../telemetry/index.js";
import { collectGroups } from "./collect.js";
import { evaluationByTask } from "./evaluation-statistics.js";
import { type RunContext, taskOf } from "./run-context.js";

import { usageSince } from "./usage.js";

/** One evaluation as the store keeps it. */
export interface EvaluationResult {
  readonly tasks: Readonly<Record<string, TaskEvaluation>>;
  readonly seconds: number;
  readonly sandboxRuns: number;
  readonly sandbox?: SandboxUse;
  readonly workers?: WorkerUse;
  readonly judgeCalls: number;
  readonly judge?: JudgeUse;
}

/**
 * {@link evaluateAt}, but `run.stop` ends it at once: the journal keeps what has arrived, so nothing need be waited for.
 * Returns false when it was stopped.
 */
export async function evaluateUnlessStopped(run: RunContext, point: string, weightsVersion: number): Promise<boolean> {
  if (run.stop.aborted) return false;
  try {
    await evaluateAt({ ...run, signal: AbortSignal.any([run.signal, run.stop]) }, point, weightsVersion);
    return true;
  } catch (error) {
    if (run.stop.aborted && error instanceof CancelledError) return false;
    throw error;
  }
}

/**
 * Evaluates every task on its held-out items, once: a point that the store has is given back. Responses and rewards stay
 * in the journal, so an evaluation cut short goes on where it was.
 */
export async function evaluateAt(run: RunContext, point: string, weightsVersion: number): Promise<EvaluationResult> {
  const known = run.store.evaluation(point);
  if (known !== undefined) return known.result as unknown as EvaluationResult;
  const started = performance.now();
  const before = run.usage();
  const page = run.store.journal(`eval-${point}`);
  try {
    const items = heldOutItems(run);
    const work = collectGroups(run, [{ name: `eval-${point}`, page, items }], {
      weightsVersion,
      sampling: (taskId) => evaluationSampling(run, taskId),
      onProgress: (done, total) => run.emit({ kind: "rollout_progress", of: `evaluation ${point}`, done, total }),
    });
    const [groups = []] = await run.time.during("evaluate", work);
    const seconds = (performance.now() - started) / 1000;
    const tasks = evaluationByTask(groups, items);
    const result: EvaluationResult = { tasks, seconds, ...usageSince(run, before) };
    run.store.commitEvaluation({ point, weightsVersion, result: { ...result } });
    run.emit({ kind: "eval_finished", point, weightsVersion, tasks, seconds });
    return result;
  } finally {
    page.close();
  }
}

/** The items that evaluations ask, the same at every point: a seeded draw of each task's split, in task order. */
export function heldOutItems(run: RunContext): readonly Item[] {
  const { split, itemsPerTask } = run.config.eval;
  return run.tasks.flatMap(({ task, splits }) =>
    randomStream(run.heldOutSeed ?? run.config.seed, "evaluation", task.id)
      .shuffle(splits[split])
      .slice(0, task.settings.eval?.items ?? itemsPerTask),
  );
}

function evaluationSampling(run: RunContext, taskId: string): SamplingParams {
  const { samples, temperature, topP, topK, maxTokens } = run.config.eval;
  const { settings } = taskOf(run, taskId);
  return {
    n: settings.eval?.samples ?? samples,
    temperature: settings.eval?.temperature ?? temperature,
    topP,
    topK,
    maxTokens: settings.eval?.maxTokens ?? settings.maxTokens ?? maxTokens,
  };
}
