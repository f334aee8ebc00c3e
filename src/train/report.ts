import type { EvaluationRecord, StepRecord } from "../store/index.js";
import type { JudgeUse, SandboxUse, StepMetrics, TaskEvaluation, WorkerUse } from "../telemetry/index.js";
import type { EvaluationResult } from "./evaluate.js";
import { watchLines } from "./reward-watch.js";

/** What the report says besides numbers of the store. */
export interface ReportFacts {
  readonly runId: string;
  readonly model: string;
  readonly engine: string;
  readonly sandbox: string;
  readonly judge: string;
  readonly checkpoint: string;
  /** How the order of stages was solved. */
  readonly order?: string;
  /** Highest resident memory of the run's processes together, bytes; undefined where it could not be measured. */
  readonly peakMemoryBytes: number | undefined;
  /** Sentences that every reader must see, e.g. that the judge is for trying out only. */
  readonly cautions: readonly string[];
}

/** Totals over a run. */
export interface RunTotals {
  readonly seconds: Readonly<Record<string, number>>;
  readonly wallSeconds: number;
  readonly generatedTokens: number;
  readonly trainedTokens: number;
  readonly sandboxRuns: number;
  readonly judgeCalls: number;
  readonly updatesByTask: Readonly<Record<string, number>>;
}

/** Adds up what steps and evaluations recorded. */
export function runTotals(steps: readonly StepRecord[], evaluations: readonly EvaluationRecord[]): RunTotals {
  const metrics = steps.map((step) => step.metrics as unknown as StepMetrics);
  const results = evaluations.map((entry) => entry.result as unknown as EvaluationResult);
  const seconds: Record<string, number> = {};
  const updatesByTask: Record<string, number> = {};
  for (const step of metrics) {
    for (const [activity, spent] of Object.entries(step.seconds)) seconds[activity] = (seconds[activity] ?? 0) + spent;
    for (const taskId of Object.keys(step.tasks)) updatesByTask[taskId] = (updatesByTask[taskId] ?? 0) + 1;
  }
  // An evaluation lies between two steps, so the following step's shares hold it; only the last has no step behind it.
  const last = results.at(-1);
  if (last !== undefined && evaluations.at(-1)?.point === "final")
    seconds.evaluate = (seconds.evaluate ?? 0) + last.seconds;
  return {
    seconds,
    wallSeconds: sum(Object.values(seconds)),
    generatedTokens: sum(metrics.map((step) => step.generatedTokens)),
    trainedTokens: sum(metrics.map((step) => step.trainedTokens)),
    sandboxRuns: sum([...metrics, ...results].map((entry) => entry.sandboxRuns)),
    judgeCalls: sum([...metrics, ...results].map((entry) => entry.judgeCalls)),
    updatesByTask,
  };
}

/** The run's report as Markdown: results a task and component at every evaluated point, time, work done, cautions. */
export function reportMarkdown(
  facts: ReportFacts,
  steps: readonly StepRecord[],
  evaluations: readonly EvaluationRecord[],
): string {
  const totals = runTotals(steps, evaluations);
  return [
    `# Run ${facts.runId}`,
    "",
    `Model ${facts.model} · engine ${facts.engine} · sandbox ${facts.sandbox} · judge ${facts.judge}`,
    "",
    ...(facts.order === undefined ? [] : [`Schedule: ${facts.order}.`, ""]),
    ...facts.cautions.map((caution) => `> **Caution:** ${caution}`),
    "",
    "## Held-out results (mean with 95 % interval)",
    "",
    ...resultTable(evaluations),
    "",
    ...notRisen(evaluations),
    "",
    ...watchLines(steps.map((step) => step.metrics as unknown as StepMetrics)),
    "## Where the time went",
    "",
    ...timeTable(totals),
    ...sandboxLines(steps, evaluations),
    ...workerLines(steps, evaluations),
    ...judgeLines(steps, evaluations),
    ...memoryLine(facts.peakMemoryBytes),
    "",
    `Checkpoint: ${facts.checkpoint}`,
    "",
  ].join("\n");
}

const columnNames: Readonly<Record<string, string>> = { base: "base", "warm-up": "warm-up", final: "GRPO" };

const columnName = (point: string) => columnNames[point] ?? point.replace(/^stage-/, "after stage ");

function resultTable(evaluations: readonly EvaluationRecord[]): string[] {
  const points = evaluations.map((entry) => columnName(entry.point));
  const rows = componentRows(evaluations).map(({ taskId, component, primary }) => {
    const cells = evaluations.map((entry) => cell(tasksOf(entry)[taskId], component));
    return `| ${taskId} | ${component}${primary ? " ★" : ""} | ${cells.join(" | ")} |`;
  });
  return [
    `| task | component | ${points.join(" | ")} |`,
    `| --- | --- | ${points.map(() => "---").join(" | ")} |`,
    ...rows,
    "",
    "★ primary component.",
  ];
}

function componentRows(evaluations: readonly EvaluationRecord[]) {
  const tasks = tasksOf(evaluations.at(-1));
  return Object.entries(tasks).flatMap(([taskId, task]) =>
    Object.keys(task.intervals).map((component) => ({ taskId, component, primary: component === task.primary })),
  );
}

function cell(task: TaskEvaluation | undefined, component: string): string {
  const value = task?.intervals[component];
  if (value === undefined || value.n === 0) return "undefined";
  return `${value.mean.toFixed(2)} [${value.low.toFixed(2)}, ${value.high.toFixed(2)}] n=${value.n}`;
}

/** Says plainly what did not rise between the first and the last point. */
function notRisen(evaluations: readonly EvaluationRecord[]): string[] {
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const rows = componentRows(evaluations);
  if (rows.length === 0) return ["Nothing was evaluated: the held-out split is empty (data.split, eval.split)."];
  const flat = rows.filter(({ taskId, component }) => {
    const before = tasksOf(first)[taskId]?.intervals[component];
    const after = tasksOf(last)[taskId]?.intervals[component];
    return before !== undefined && after !== undefined && after.mean <= before.mean;
  });
  if (flat.length === 0) return ["Every component's mean rose."];
  return [`Did not rise: ${flat.map(({ taskId, component }) => `${taskId}/${component}`).join(", ")}.`];
}

/** What the sandbox did beyond its runs; nothing where no program ran. */
function sandboxLines(steps: readonly StepRecord[], evaluations: readonly EvaluationRecord[]): string[] {
  const records = [...steps.map((step) => step.metrics), ...evaluations.map((entry) => entry.result)];
  const uses = records.flatMap((record) => (record as { readonly sandbox?: SandboxUse }).sandbox ?? []);
  if (uses.length === 0) return [];
  const all = (name: keyof SandboxUse) => sum(uses.map((use) => use[name]));
  const each = (name: keyof SandboxUse) => `${((1000 * all(name)) / Math.max(all("runs"), 1)).toFixed(0)} ms`;
  return [
    `Sandbox: ${all("timeLimits")} time-outs, ${all("memoryLimits")} out of memory, ${all("infrastructureErrors")} infrastructure errors · ${all("slotsRecycled")} of ${all("slotsStarted")} slots used, ${all("retries")} lost and made up for, ${all("rerunsAlone")} run again because the host was busy · a program waited ${each("queueS")} for its turn and ${each("acquireS")} for its slot, ran ${each("runS")}, was judged ${each("judgeS")} (means).`,
  ];
}

/** What the verify workers did; nothing where no job went to them. */
function workerLines(steps: readonly StepRecord[], evaluations: readonly EvaluationRecord[]): string[] {
  const records = [...steps.map((step) => step.metrics), ...evaluations.map((entry) => entry.result)];
  const uses = records.flatMap((record) => (record as { readonly workers?: WorkerUse }).workers ?? []);
  if (uses.length === 0) return [];
  const all = (name: keyof WorkerUse) => sum(uses.map((use) => use[name]));
  const each = (name: "waitS" | "latencyS") => `${((1000 * all(name)) / Math.max(all("jobs"), 1)).toFixed(1)} ms`;
  return [
    `Verify workers: ${all("jobs")} jobs, ${all("deadlineKills")} timed out, ${all("memoryKills")} out of memory · ${all("deaths")} workers died, ${all("retried")} jobs done again, ${all("quarantined")} in quarantine, ${all("masked")} masked · ${all("infrastructureErrors")} infrastructure errors · a job waited ${each("waitS")} of ${each("latencyS")} (means).`,
  ];
}

/** What the judge took beyond its calls; nothing where it was not asked. */
function judgeLines(steps: readonly StepRecord[], evaluations: readonly EvaluationRecord[]): string[] {
  const records = [...steps.map((step) => step.metrics), ...evaluations.map((entry) => entry.result)];
  const uses = records.flatMap((record) => (record as { readonly judge?: JudgeUse }).judge ?? []);
  if (uses.length === 0) return [];
  const all = (name: keyof JudgeUse) => sum(uses.map((use) => use[name]));
  const tokens = `${all("promptTokens")} + ${all("completionTokens")} tokens`;
  const estimated = all("estimatedUsages") > 0 ? ` (${all("estimatedUsages")} replies estimated)` : "";
  const cost = all("costUsd") > 0 ? ` · ${all("costUsd").toFixed(4)} US dollars` : "";
  const flips = all("bothOrders") > 0 ? ` · ${all("flips")} of ${all("bothOrders")} flipped with the order` : "";
  return [
    `Judge: ${all("attempts")} requests, ${all("failedAttempts")} failed, ${all("parseFailures")} undecodable · ${all("cacheHits")} from the cache · ${all("failures")} undefined · ${tokens}${estimated}${cost}${flips}.`,
  ];
}

function timeTable(totals: RunTotals): string[] {
  const { seconds, wallSeconds } = totals;
  const rows = Object.entries(seconds).map(([activity, spent]) => {
    return `| ${activity} | ${spent.toFixed(1)} | ${((100 * spent) / Math.max(wallSeconds, 1e-9)).toFixed(1)} % |`;
  });
  const rate = (tokens: number, spent = 0) => (spent > 0 ? `${(tokens / spent).toFixed(0)} tokens/s` : "–");
  const updates = Object.entries(totals.updatesByTask).map(([taskId, count]) => `${taskId} ${count}`);
  return [
    "| activity | seconds | share |",
    "| --- | --- | --- |",
    ...rows,
    "",
    `Generated ${totals.generatedTokens} tokens in training (${rate(totals.generatedTokens, seconds.generate)} of generate time), trained on ${totals.trainedTokens} (${rate(totals.trainedTokens, seconds.update)} of update time).`,
    `Sandbox runs: ${totals.sandboxRuns} · judge calls: ${totals.judgeCalls} · updates with each task: ${updates.join(", ") || "–"}.`,
    "`other` is the control plane's own share: the engine was not asked and no reward was pending.",
  ];
}

function memoryLine(bytes: number | undefined): string[] {
  if (bytes === undefined) return [];
  return [
    `Peak memory: ${(bytes / 1e9).toFixed(2)} GB resident, all processes of this run added up (containers aside).`,
  ];
}

function tasksOf(entry: EvaluationRecord | undefined): EvaluationResult["tasks"] {
  return entry === undefined ? {} : (entry.result as unknown as EvaluationResult).tasks;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
