/** Ranks from 1, ties sharing their mean rank. */
export function ranks(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

/** Spearman's rank correlation, −1 … 1; null for fewer than two pairs or when either side is all equal. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  return correlation(ranks(a), ranks(b));
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const [meanA, meanB] = [mean(a), mean(b)];
  const sum = (of: (i: number) => number) => a.reduce((total, _, i) => total + of(i), 0);
  const da = (i: number) => (a[i] ?? 0) - meanA;
  const db = (i: number) => (b[i] ?? 0) - meanB;
  const spread = Math.sqrt(sum((i) => da(i) ** 2) * sum((i) => db(i) ** 2));
  return a.length < 2 || spread === 0 ? null : sum((i) => da(i) * db(i)) / spread;
}

/** A mean over replicates with its 95 % interval. */
export interface ReplicateMean {
  readonly mean: number;
  /** Student's t; null for one replicate, which has none. */
  readonly half: number | null;
  readonly n: number;
}

/** Quantiles 0.975 of Student's t by degrees of freedom 1 … 10; beyond, the normal's 1.96 is near enough. */
const t975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Mean over replicates (seeds) with Student's 95 % interval. Null for none. */
export function overReplicates(values: readonly number[]): ReplicateMean | null {
  const n = values.length;
  if (n === 0) return null;
  const average = mean(values);
  if (n === 1) return { mean: average, half: null, n };
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (n - 1);
  return { mean: average, half: (t975[n - 2] ?? 1.96) * Math.sqrt(variance / n), n };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
