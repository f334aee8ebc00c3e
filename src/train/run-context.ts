import type { OmniConfig } from "../config/index.js";
import type { Splits } from "../core/index.js";
import type { Engine, ModelInfo } from "../engine/engine.js";
import type { RunStore } from "../store/index.js";
import type { Task } from "../tasks/task.js";
import type { JudgeUse, RunEvent, SandboxUse, WorkerUse } from "../telemetry/index.js";
import type { TimeSplit } from "./time-split.js";

/** A task with its data in memory. */
export interface LoadedTask {
  readonly task: Task;
  readonly splits: Splits;
}

/** Running totals of what rewards used; the loop records differences. */
export interface Usage {
  readonly sandbox: SandboxUse;
  readonly workers?: WorkerUse;
  readonly judgeCalls: number;
  readonly judgeFailures: number;
  readonly judge?: JudgeUse;
}

/** Weights that a run goes on from instead of the base model: a stage of a curriculum, a probe. */
export interface StartPoint {
  /** A checkpoint of the run's engine, full name. */
  readonly checkpoint: string;
  readonly weightsHash: string;
  /** Steps that it holds; the run's own are counted on from there, so that stages one by one equal the whole curriculum. */
  readonly position: number;
}

/** Everything a run works with. Built in one place (compose.ts), read by every file of this room. */
export interface RunContext {
  readonly config: OmniConfig;
  readonly tasks: readonly LoadedTask[];
  readonly engine: Engine;
  /** As loaded from its base; restore() brings the run's own weights. */
  readonly model: ModelInfo;
  readonly store: RunStore;
  /** Put before checkpoint names, so that runs on a shared server do not meet. */
  readonly checkpointPrefix: string;
  /** Undefined = the base model. A run that starts from weights has no warm-up of its own. */
  readonly start?: StartPoint;
  /** Draws the held-out items instead of the config's seed, so that replicates are asked the same. */
  readonly heldOutSeed?: number;
  readonly usage: () => Usage;
  readonly time: TimeSplit;
  readonly emit: (event: RunEvent) => void;
  /** Finish the optimizer step under way, save, return. */
  readonly stop: AbortSignal;
  /** Give up at once; the journal keeps what has arrived. */
  readonly signal: AbortSignal;
}

/** The task with this id. @throws RangeError for an id that the run does not have */
export function taskOf(run: RunContext, taskId: string): Task {
  const found = run.tasks.find((entry) => entry.task.id === taskId);
  if (found === undefined) throw new RangeError(`no task ${taskId} in this run`);
  return found.task;
}

/** Position of the first GRPO step: behind the warm-up, or where the run started from. */
export function firstPosition({ start, config }: RunContext): number {
  return start?.position ?? config.warmup?.steps ?? 0;
}
