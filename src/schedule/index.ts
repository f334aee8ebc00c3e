export { type Batch, type BatchPlan, type Schedule, scheduleBatches } from "./batch.js";
export {
  type CutOptions,
  cutOrdering,
  type LinearProgram,
  type LpRow,
  type LpSolution,
  type OpenLinearProgram,
  type OrderingBound,
} from "./cutting-planes.js";
export { type EntropyWarning, entropyWarnings } from "./entropy-warning.js";
export {
  forgettabilityOrdering,
  greedyOrdering,
  type OrderingWeights,
  orderValue,
  tieTolerance,
} from "./linear-ordering.js";
export { type FoundOrdering, type LocalSearchOptions, localSearchOrdering } from "./local-search.js";
export { readLopFile } from "./lop-file.js";
export { adviseOrder, type OrderAdvice, type SolvedOrder, type SolveLargeOrdering } from "./order-advice.js";
export { type OrderPrediction, predictOrder } from "./prediction.js";
export type { Interval, Stability } from "./stability.js";
export { bestOrderings, exactOrdering, maxSubsetTasks, type SubsetTable, solveSubsets } from "./subset-ordering.js";
export {
  type EntropyProbe,
  type ItemResults,
  readTransferFile,
  type TransferCounts,
  type TransferFile,
} from "./transfer-file.js";
export { pairWeights, smoothed, type TransferTable } from "./transfer-table.js";
