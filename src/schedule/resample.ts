import { type RandomStream, randomStream } from "../core/index.js";
import type { ItemResults, TransferCounts, TransferFile } from "./transfer-file.js";
import { smoothed, type TransferTable } from "./transfer-table.js";

/** Draws a table as another sample of items might have given it. */
export type Resample = () => TransferTable;

/**
 * A bootstrap over items. With item results, items are drawn jointly across models, for all were asked the same ones; with
 * counts alone, accuracies are redrawn as binomial shares, one base draw a row (method §4). Zeros are smoothed the same way.
 */
export function resampler(file: TransferFile, seed: number): Resample | undefined {
  const random = randomStream(seed, "transfer-resample");
  if (file.results !== undefined) return fromItems(file.table, file.results, random);
  if (file.counts !== undefined) return fromCounts(file.table, file.counts, random);
  return undefined;
}

function fromItems(table: TransferTable, results: ItemResults, random: RandomStream): Resample {
  return () =>
    tableOf(table, (i) => {
      const size = results.base[i]?.length ?? 0;
      const drawn = Array.from({ length: size }, () => random.below(size));
      const share = (values: readonly number[] = []) =>
        smoothed(drawn.reduce((sum, item) => sum + (values[item] ?? 0), 0) / size, size);
      return { base: share(results.base[i]), after: (j) => share(results.after[i]?.[j]) };
    });
}

function fromCounts(table: TransferTable, counts: TransferCounts, random: RandomStream): Resample {
  const draws = table.tasks.map((_, i) => {
    const base = table.base[i] ?? 0;
    const after = table.tasks.map((_, j) => {
      const accuracy = i === j ? (table.single[i] ?? 0) : base * Math.exp(table.transfer[i]?.[j] ?? 0);
      return binomialShare(accuracy, counts.after[i]?.[j] ?? 1, random);
    });
    return { base: binomialShare(base, counts.base[i] ?? 1, random), after };
  });
  return () => tableOf(table, (i) => ({ base: draws[i]?.base() ?? 1, after: (j) => draws[i]?.after[j]?.() ?? 1 }));
}

type RowDraw = (i: number) => { readonly base: number; readonly after: (j: number) => number };

function tableOf(table: TransferTable, draw: RowDraw): TransferTable {
  const rows = table.tasks.map((_, i) => {
    const { base, after } = draw(i);
    const accuracies = table.tasks.map((_, j) => after(j));
    return {
      base,
      single: accuracies[i] ?? base,
      transfer: accuracies.map((value, j) => (i === j ? 0 : Math.log(value) - Math.log(base))),
    };
  });
  return {
    tasks: table.tasks,
    weights: table.weights,
    base: rows.map((row) => row.base),
    single: rows.map((row) => row.single),
    transfer: rows.map((row) => row.transfer),
  };
}

/** Above this variance a binomial is drawn as a rounded normal, which differs from it by less than a hundredth of its deviation. */
const normalFrom = 1e4;

/** Draws X/n, X binomial(n, p), smoothed where it is 0. */
function binomialShare(p: number, n: number, random: RandomStream): () => number {
  const q = Math.min(1, Math.max(0, p));
  const [mean, deviation] = [n * q, Math.sqrt(n * q * (1 - q))];
  if (deviation === 0) return () => smoothed(q, n);
  const within = (value: number) => Math.min(n, Math.max(0, value));
  if (deviation ** 2 > normalFrom)
    return () => smoothed(within(Math.round(mean + deviation * standardNormal(random))) / n, n);
  // By inversion of the distribution function, over all that 1,000 draws could ever meet.
  const reach = 12 * deviation + 12;
  const [first, last] = [within(Math.floor(mean - reach)), within(Math.ceil(mean + reach))];
  const cumulative = runningSums(
    weightsAround(Math.round(mean), first, last, (k) => ((n - k) / (k + 1)) * (q / (1 - q))),
  );
  const all = cumulative.at(-1) ?? 0;
  return () => smoothed((first + search(cumulative, random.next() * all)) / n, n);
}

/** Weights from `first` to `last`, in proportion: 1 at `mode`, and `ratio(k)` from each k to the next. */
function weightsAround(mode: number, first: number, last: number, ratio: (k: number) => number): Float64Array {
  const weights = new Float64Array(last - first + 1);
  weights[mode - first] = 1;
  for (let k = mode; k < last; k++) weights[k + 1 - first] = (weights[k - first] ?? 0) * ratio(k);
  for (let k = mode; k > first; k--) weights[k - 1 - first] = (weights[k - first] ?? 0) / ratio(k - 1);
  return weights;
}

function runningSums(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

/** Box and Muller's. */
function standardNormal(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** The first index whose value is above `x`. */
function search(ascending: Float64Array, x: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
