/** A linear ordering instance: w[i][j] is earned when i comes before j; the diagonal plays no part. */
export type OrderingWeights = readonly (readonly number[])[];

/** Σ w[i][j] over i before j. */
export function orderValue(weights: OrderingWeights, order: readonly number[]): number {
  let value = 0;
  for (const [at, i] of order.entries()) {
    const row = weights[i];
    for (let later = at + 1; later < order.length; later++) value += row?.[order[later] ?? 0] ?? 0;
  }
  return value;
}

/** Values nearer than this are a tie: sums of the same numbers in another order differ by rounding. */
export function tieTolerance(weights: OrderingWeights): number {
  let size = 0;
  for (const [i, row] of weights.entries())
    for (const [j, value] of row.entries()) if (i !== j) size += Math.abs(value);
  return 1e-12 * size;
}

/**
 * Algorithm 2 in the orientation of method §4: places first the task k that loses least, or gains most, from all still to
 * come: the k with the greatest Σ w[k][i] over unplaced i. Ties go to the lower index.
 */
export function greedyOrdering(weights: OrderingWeights): number[] {
  const left = weights.map((_, i) => i);
  const order: number[] = [];
  const tolerance = tieTolerance(weights);
  while (left.length > 0) {
    const best = firstGreatest(
      left.map((k) => rowSum(weights, k, left)),
      tolerance,
    );
    order.push(...left.splice(best, 1));
  }
  return order;
}

/** By forgettability F_k = Σ w[k][i] over i ≠ k, greatest first; ties go to the lower index (method §4). */
export function forgettabilityOrdering(weights: OrderingWeights): number[] {
  const all = weights.map((_, i) => i);
  const left = all.map((k) => ({ k, sum: rowSum(weights, k, all) }));
  const tolerance = tieTolerance(weights);
  const order: number[] = [];
  while (left.length > 0) {
    const best = firstGreatest(
      left.map(({ sum }) => sum),
      tolerance,
    );
    order.push(...left.splice(best, 1).map(({ k }) => k));
  }
  return order;
}

function rowSum(weights: OrderingWeights, k: number, others: readonly number[]): number {
  return others.reduce((sum, i) => (i === k ? sum : sum + (weights[k]?.[i] ?? 0)), 0);
}

function firstGreatest(values: readonly number[], tolerance: number): number {
  let best = 0;
  for (const [at, value] of values.entries()) if (value > (values[best] ?? 0) + tolerance) best = at;
  return best;
}
