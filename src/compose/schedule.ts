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
import { parseJson, placedInText } from "./transfer-text.js";

/** Settings of {@link scheduleOrder} and {@link solveLop}. */
export interface ScheduleOptions {
  /** For instances beyond subset dynamic programming: seconds until the best order and its bound are told. */
  readonly timeLimitS: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: OrderingProgress) => void;
}

/** Seconds for instances beyond subset dynamic programming where nobody says how many. */
export const usualTimeLimitS = 50;

/** Which order to train in, from a transfer file's text. @throws DataError `name:line:column: …`; CancelledError */
export async function scheduleOrder(
  text: string,
  name: string,
  options: ScheduleOptions & { readonly top: number },
): Promise<{ readonly file: TransferFile; readonly advice: OrderAdvice }> {
  const file = await placedInText(text, name, () => readTransferFile(parseJson(text, name), name));
  const solveLarge = (weights: OrderingWeights) => solveOrdering(weights, { ...options, seed: options.seed ?? 0 });
  const advice = await adviseOrder(file, { top: options.top, seed: options.seed ?? 0, solveLarge });
  return { file, advice };
}

/** Solves a bare linear-ordering instance from its text. @throws DataError `name:line:column: …`; CancelledError */
export async function solveLop(text: string, name: string, options: ScheduleOptions): Promise<OrderingBound> {
  const weights = await placedInText(text, name, () => readLopFile(parseJson(text, name), name));
  if (weights.length > maxSubsetTasks) return solveOrdering(weights, { ...options, seed: options.seed ?? 0 });
  const order = exactOrdering(weights);
  const value = orderValue(weights, order);
  return { order, value, optimal: true, bound: value };
}
