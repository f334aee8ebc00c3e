export { type EvalOverrides, type EvalSummary, evalConfig, evalRun } from "./eval.js";
export { type ExperimentSummary, experimentRun } from "./experiment.js";
export { inspectData, type TaskInspection } from "./inspect-data.js";
export type { LabOptions } from "./lab.js";
export { fillDistractors, fillReferences, type MakeDataSummary } from "./make-data.js";
export { cacheFolder, packageRoot, serverPython, version } from "./places.js";
export { type Plan, planRun } from "./plan.js";
export { type OpenReward, openReward, type RewardOptions, type ScoredLine } from "./reward.js";
export { type RunOptions, type RunSummary, resumeRun, sftRun, type TrainOptions, trainRun } from "./run.js";
export { type RunLine, runSubmissions, UnpassedTests } from "./run-submissions.js";
export { exportRun, listRuns, type RunListing, showRun } from "./runs.js";
export {
  type AttackResult,
  type BenchPart,
  type BenchResult,
  benchSandbox,
  buildImage,
  containersOfThisProcess,
  type HostContainers,
  openSandbox,
  pruneContainers,
  sandboxContainers,
  selfCheck,
} from "./sandbox.js";
export { type ScheduleOptions, scheduleOrder, solveLop } from "./schedule.js";
export { type TransferSummary, transferRun } from "./transfer.js";
export { makeWorkerKeys, openWorkers, serveWorker } from "./workers.js";
