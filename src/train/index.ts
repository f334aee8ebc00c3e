export { type EvaluationResult, evaluateAt, heldOutItems } from "./evaluate.js";
export { type Interval, interval, itemInterval } from "./interval.js";
export { type RunOutcome, train } from "./loop.js";
export { passAtK } from "./pass-at-k.js";
export { type ReportFacts, type RunTotals, reportMarkdown, runTotals } from "./report.js";
export { writeResponses } from "./responses.js";
export { rougeL, setSimilarity } from "./rouge-l.js";
export type { LoadedTask, RunContext, Usage } from "./run-context.js";
export { timeSplit } from "./time-split.js";
