/**
 * omni-thinker as a library: the same training that the command line runs, with tasks and rewards of your own.
 * @packageDocumentation
 */
export {
  type EvalSummary,
  type ExperimentSummary,
  evalConfig,
  evalRun,
  experimentRun,
  exportRun,
  type LabOptions,
  listRuns,
  type Plan,
  planRun,
  type RunListing,
  type RunOptions,
  type RunSummary,
  resumeRun,
  sftRun,
  showRun,
  type TrainOptions,
  trainRun,
  version,
} from "./compose/index.js";
export { loadConfig, type OmniConfig, type OmniConfigInput, resolveConfig } from "./config/index.js";
export {
  CancelledError,
  type ChatMessage,
  ConfigError,
  type Gold,
  type Item,
  OmniError,
  type RewardRecord,
  type Rollout,
} from "./core/index.js";
export { groupAdvantages } from "./grpo/index.js";
export { composeReward, defineComponent, defineReward, type RewardFunction } from "./rewards/index.js";
export type { Reward, RewardComponent, Scored } from "./rewards/reward.js";
export { type Batch, type Schedule, scheduleBatches } from "./schedule/index.js";
export { defineTask } from "./tasks/index.js";
export type { RolloutContext, Task } from "./tasks/task.js";
export type { RunEvent, StepMetrics } from "./telemetry/index.js";
