import type { RunEvent, StepMetrics, TaskStatistics } from "./events.js";
import { oneLine } from "./strip-control.js";

/** An event as one `key=value` line for logs and pipes; undefined for what is only shown live. */
export function eventLine(event: RunEvent, secondsLeft?: number): string | undefined {
  switch (event.kind) {
    case "run_started":
      return pairs({ run: event.runId, steps: event.totalSteps, resumed_at: event.resumedAt, folder: event.runDir });
    case "stage_started":
      return pairs({ stage: event.stage, phase: event.phase, steps: event.steps });
    case "step_committed":
      return stepLine(event.metrics, event.totalSteps, secondsLeft);
    case "eval_finished":
      return pairs({ eval: event.point, seconds: event.seconds, ...taskPairs(event.tasks) });
    case "waiting":
      return pairs({ waiting: event.what, seconds: Math.round(event.seconds) });
    case "checkpoint_saved":
      return pairs({ checkpoint: event.name, megabytes: Math.round(event.bytes / 1e6), seconds: event.seconds });
    case "notice":
      return pairs({ [event.level === "warn" ? "warning" : "notice"]: event.message });
    case "run_finished":
      return pairs({ run: event.status, weights: event.weightsHash.slice(0, 16), folder: event.runDir });
    case "rollout_progress":
      return undefined;
  }
}

function stepLine(metrics: StepMetrics, totalSteps: number, secondsLeft: number | undefined): string {
  const { seconds } = metrics;
  return pairs({
    step: `${metrics.position + 1}/${totalSteps}`,
    stage: metrics.stage,
    loss: metrics.loss,
    grad_norm: metrics.gradNorm,
    ...taskPairs(metrics.tasks),
    tokens: metrics.generatedTokens,
    ...Object.fromEntries(Object.entries(seconds).map(([activity, spent]) => [`${activity}_s`, spent])),
    ...(metrics.watch === undefined ? {} : { watch: metrics.watch.join(",") }),
    ...(metrics.replayed ? { replayed: true } : {}),
    ...(secondsLeft === undefined ? {} : { eta_s: Math.round(secondsLeft) }),
  });
}

function taskPairs(tasks: Readonly<Record<string, TaskStatistics>>): Record<string, number | null> {
  const entries = Object.entries(tasks).flatMap(([taskId, task]) => [
    [`${taskId}.reward`, task.reward] as const,
    ...Object.entries(task.components).map(([name, value]) => [`${taskId}.${name}`, value] as const),
  ]);
  return Object.fromEntries(entries);
}

function pairs(facts: Readonly<Record<string, string | number | boolean | null>>): string {
  return Object.entries(facts)
    .map(([key, value]) => `${oneLine(key).replaceAll(/[\s=]/g, "_")}=${shown(value)}`)
    .join(" ");
}

function shown(value: string | number | boolean | null): string {
  if (value === null) return "undefined";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  const text = oneLine(String(value));
  return /^[^\s="]+$/.test(text) ? text : JSON.stringify(text);
}
