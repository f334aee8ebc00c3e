export type { ChosenOrder } from "./choose-orders.js";
export { type ExperimentPlan, experimentPlan } from "./experiment-plan.js";
export type { Lab } from "./lab.js";
export type { ExperimentNode } from "./node.js";
export { experimentHtml } from "./report/html.js";
export { experimentMarkdown } from "./report/markdown.js";
export { type ExperimentReport, experimentReport } from "./report/report.js";
export { type ExperimentOutcome, type OnNode, runExperiment } from "./run-experiment.js";
export { withVariantTasks } from "./variant-tasks.js";
