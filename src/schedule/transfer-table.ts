/**
 * What single-task probes tell about K tasks (method §4). Accuracies are fractions above 0, already smoothed.
 * Orientation, everywhere: **row = task evaluated, column = task trained**.
 */
export interface TransferTable {
  /** Task ids; every list below follows this order. */
  readonly tasks: readonly string[];
  /** Acc(θ0, T_i). */
  readonly base: readonly number[];
  /** Acc(θ(θ0, T_i), T_i): the task trained on itself. */
  readonly single: readonly number[];
  /** B[i][j] = ln Acc(θ(θ0, T_j), T_i) − ln Acc(θ0, T_i) (eq. 6). The diagonal plays no part. */
  readonly transfer: readonly (readonly number[])[];
  /** α_i of the score; 1/K is eq. 14. */
  readonly weights: readonly number[];
}

/** An accuracy that a logarithm can take: a zero of n items becomes (0 + ½)/(n + 1); anything else stays (method §4). */
export function smoothed(accuracy: number, items: number): number {
  return accuracy > 0 ? accuracy : 0.5 / (items + 1);
}

/**
 * W[i][j] = α_i · B[i][j]: what task i, coming before j, gets from j's training. The best order is the linear ordering
 * that maximises Σ W[i][j] over i before j. A task's own row decides its place, for only tasks trained after it change it.
 */
export function pairWeights(table: TransferTable): number[][] {
  return table.transfer.map((row, i) => row.map((value, j) => (i === j ? 0 : (table.weights[i] ?? 0) * value)));
}
