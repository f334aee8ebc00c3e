export type { JournalPage } from "./journal.js";
export { createRunFolder, isHalfMade, type RunFolder, refuseNetworkFileSystem, runFolder } from "./run-folder.js";
export {
  type CheckpointRecord,
  type EvaluationRecord,
  type GroupRecord,
  openRunStore,
  type RunStore,
  type StepRecord,
} from "./run-store.js";
export { writeWhole } from "./write-whole.js";
