import { randomStream } from "../core/index.js";

/** A mean with its 95 % interval over n items. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const z = 1.959963984540054;
const resamples = 1000;

/** Mean of values in [0, 1] with a 95 % interval: Wilson's for 0/1 values, else the normal approximation; n = 0 gives 0 … 1. */
export function interval(values: readonly number[]): Interval {
  const n = values.length;
  if (n === 0) return { mean: 0, low: 0, high: 1, n };
  const mean = meanOf(values);
  if (values.every((value) => value === 0 || value === 1)) return { mean, n, ...wilson(mean, n) };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(n - 1, 1);
  const half = z * Math.sqrt(variance / n);
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half), n };
}

/**
 * Mean of one value an item (itself a mean over samples: avg@k) with a 95 % interval: Wilson's for 0/1 values, else the
 * percentile bootstrap over items, seeded, since samples of one item hang together. n counts items.
 */
export function itemInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n < 2 || values.every((value) => value === 0 || value === 1)) return interval(values);
  const draw = randomStream("bootstrap", n);
  const means = Array.from({ length: resamples }, () => {
    let total = 0;
    for (let i = 0; i < n; i++) total += values[draw.below(n)] ?? 0;
    return total / n;
  }).sort((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (resamples - 1))] ?? 0;
  return { mean: meanOf(values), low: at(0.025), high: at(0.975), n };
}

function wilson(mean: number, n: number): Pick<Interval, "low" | "high"> {
  const centre = (mean + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((mean * (1 - mean)) / n + (z * z) / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
