export { buildTask, type DataTask, type TaskParts } from "./build-task.js";
export { parseLimits } from "./code/parse-limits.js";
export { parseTests } from "./code/parse-tests.js";
export { type CustomItem, defineTask, type TaskDefinition } from "./define-task.js";
export type { QaStyle } from "./family.js";
export type { LoadReport } from "./load-report.js";
export { makeDistractors, type PlainQuestion } from "./qa/make-distractors.js";
export { parseResponseLine, type ResponseLine, type WrongLine } from "./response-line.js";
export type { TokenLengths } from "./select-items.js";
export {
  type HubConnection,
  linesOf,
  MAX_LINE_CHARS,
  openSource,
  type Source,
  type SourcePlaces,
  type SourceRow,
  type SourceSpec,
} from "./sources/index.js";
export { type SplitShares, splitByQuestion } from "./split.js";
export type { RolloutContext, Task, TaskSettings, Turn } from "./task.js";
export { type DataPlaces, openTaskData, type TaskData } from "./task-data.js";
