import type { TransferTable } from "./transfer-table.js";

/** What an order of stages is expected to give. */
export interface OrderPrediction {
  /** Task indices, first trained first. */
  readonly order: readonly number[];
  /** Predicted final accuracy a task, fractions in task order; may exceed 1, where the model of multiplied ratios ends. */
  readonly predicted: readonly number[];
  /** Σ α_i · ln(predicted_i / base_i): eq. 14, not times 100. */
  readonly score: number;
}

/**
 * Algorithm 1 (eq. 8 with its right-hand side mended, method §4): training j multiplies every other task by exp(B[i][j])
 * and sets j to its single-task accuracy. Hence ln a_i = ln single_i + Σ B[i][j] over the j trained after i.
 */
export function predictOrder(table: TransferTable, order: readonly number[]): OrderPrediction {
  const logs = table.base.map(Math.log);
  for (const trained of order) {
    for (const evaluated of order)
      logs[evaluated] = (logs[evaluated] ?? 0) + (table.transfer[evaluated]?.[trained] ?? 0);
    logs[trained] = Math.log(table.single[trained] ?? 0);
  }
  const score = table.base.reduce(
    (sum, base, i) => sum + (table.weights[i] ?? 0) * ((logs[i] ?? 0) - Math.log(base)),
    0,
  );
  return { order, predicted: logs.map(Math.exp), score };
}
