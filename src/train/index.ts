export { type EvaluationResult, evaluateAt } from "./evaluate.js";
export { type RunOutcome, train } from "./loop.js";
export { type ReportFacts, type RunTotals, reportMarkdown, runTotals } from "./report.js";
export type { LoadedTask, RunContext, Usage } from "./run-context.js";
export { interval } from "./statistics.js";
export { timeSplit } from "./time-split.js";
