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
export {
  forgettabilityOrdering,
  greedyOrdering,
  type OrderingWeights,
  orderValue,
  tieTolerance,
} from "./linear-ordering.js";
export { type FoundOrdering, type LocalSearchOptions, localSearchOrdering } from "./local-search.js";
export { type OrderPrediction, predictOrder } from "./prediction.js";
export { bestOrderings, exactOrdering, maxSubsetTasks, type SubsetTable, solveSubsets } from "./subset-ordering.js";
export { pairWeights, smoothed, type TransferTable } from "./transfer-table.js";
