import {
  adviseOrder,
  exactOrdering,
  maxSubsetTasks,
  type OrderAdvice,
  type OrderingBound,
  type OrderingWeights,
  orderValue,
  readLopFile,
  readTransferFile,
  type TransferFile,
} from "../schedule/index.js";
import { type OrderingProgress, solveOrdering } from "../solver/index.js";

/** Settings of {@link scheduleOrder} and {@link solveLop}. */
export interface ScheduleOptions {
  /** For instances beyond subset dynamic programming: seconds until the best order and its bound are told. */
  readonly timeLimitS: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: OrderingProgress) => void;
}

/** Which order to train in, from a transfer file's parsed JSON. @throws DataError; CancelledError */
export async function scheduleOrder(
  document: unknown,
  name: string,
  options: ScheduleOptions & { readonly top: number },
): Promise<{ readonly file: TransferFile; readonly advice: OrderAdvice }> {
  const file = readTransferFile(document, name);
  const solveLarge = (weights: OrderingWeights) => solveOrdering(weights, { ...options, seed: options.seed ?? 0 });
  const advice = await adviseOrder(file, { top: options.top, seed: options.seed ?? 0, solveLarge });
  return { file, advice };
}

/** Solves a bare linear-ordering instance from its parsed JSON. @throws DataError; CancelledError */
export async function solveLop(document: unknown, name: string, options: ScheduleOptions): Promise<OrderingBound> {
  const weights = readLopFile(document, name);
  if (weights.length > maxSubsetTasks) return solveOrdering(weights, { ...options, seed: options.seed ?? 0 });
  const order = exactOrdering(weights);
  const value = orderValue(weights, order);
  return { order, value, optimal: true, bound: value };
}
