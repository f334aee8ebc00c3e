import { type OrderingWeights, tieTolerance } from "./linear-ordering.js";

/** Most tasks that subset dynamic programming takes: 2^24 doubles are 128 MB. */
export const maxSubsetTasks = 24;

/** The value of the best order of every subset of tasks. */
export interface SubsetTable {
  readonly size: number;
  /** best[S]: the greatest Σ w[i][j] over i before j, both in S; S is a bit set. */
  readonly best: Float64Array;
  /** Σ w[k][i] over i in S: what k earns when placed before all of S. */
  gain(k: number, subset: number): number;
}

/**
 * Exact linear ordering by dynamic programming over subsets (Held and Karp's scheme): best[S] is the greatest, over the k
 * in S placed first, of Σ w[k][i] over the rest plus best of the rest. O(2^K · K) time, 2^K doubles.
 * @throws RangeError above {@link maxSubsetTasks} tasks
 */
export function solveSubsets(weights: OrderingWeights): SubsetTable {
  const size = weights.length;
  if (size > maxSubsetTasks) throw new RangeError(`subset dynamic programming takes at most ${maxSubsetTasks} tasks`);
  const half = size >> 1;
  const low = (1 << half) - 1;
  const lowSums = weights.map((row, k) => partialSums(row, k, 0, half));
  const highSums = weights.map((row, k) => partialSums(row, k, half, size));
  const best = new Float64Array(2 ** size);
  for (let subset = 1; subset < best.length; subset++) {
    let greatest = Number.NEGATIVE_INFINITY;
    for (let rest = subset; rest !== 0; rest &= rest - 1) {
      const k = 31 - Math.clz32(rest & -rest);
      const without = subset ^ (1 << k);
      const value =
        // Indices below are within the tables by construction; the checks that they are would cost half of the time.
        ((lowSums[k] as Float64Array)[without & low] as number) +
        ((highSums[k] as Float64Array)[without >>> half] as number) +
        (best[without] as number);
      if (value > greatest) greatest = value;
    }
    best[subset] = greatest;
  }
  const gain = (k: number, subset: number) => (lowSums[k]?.[subset & low] ?? 0) + (highSums[k]?.[subset >>> half] ?? 0);
  return { size, best, gain };
}

/** Sums of row k over every subset of the columns from … to−1. */
function partialSums(row: readonly number[], k: number, from: number, to: number): Float64Array {
  const sums = new Float64Array(2 ** (to - from));
  for (let subset = 1; subset < sums.length; subset++) {
    const bit = 31 - Math.clz32(subset & -subset);
    const column = from + bit;
    sums[subset] = (sums[subset & (subset - 1)] ?? 0) + (column === k ? 0 : (row[column] ?? 0));
  }
  return sums;
}

/** The best order; of several the one whose tasks come first in index order. */
export function exactOrdering(weights: OrderingWeights, table = solveSubsets(weights)): number[] {
  return bestOrderings(weights, 1, table)[0] ?? [];
}

interface Prefix {
  readonly order: readonly number[];
  readonly rest: number;
  readonly earned: number;
  /** Value of the best completion: exact, so prefixes leave the queue in the order of what they lead to. */
  readonly reach: number;
}

/** The `count` best orders, best first, ties in index order: best-first search with the subset table as exact bound. */
export function bestOrderings(weights: OrderingWeights, count: number, table = solveSubsets(weights)): number[][] {
  const all = 2 ** table.size - 1;
  const tolerance = tieTolerance(weights);
  const before = (a: Prefix, b: Prefix) =>
    Math.abs(a.reach - b.reach) > tolerance ? a.reach > b.reach : comesFirst(a.order, b.order);
  const queue = new Heap<Prefix>(before);
  queue.push({ order: [], rest: all, earned: 0, reach: table.best[all] ?? 0 });
  const found: number[][] = [];
  for (let prefix = queue.pop(); prefix !== undefined && found.length < count; prefix = queue.pop()) {
    if (prefix.rest === 0) {
      found.push([...prefix.order]);
      continue;
    }
    for (let k = 0; k < table.size; k++) {
      if ((prefix.rest & (1 << k)) === 0) continue;
      const rest = prefix.rest ^ (1 << k);
      const earned = prefix.earned + table.gain(k, rest);
      queue.push({ order: [...prefix.order, k], rest, earned, reach: earned + (table.best[rest] ?? 0) });
    }
  }
  return found;
}

/** Index order; of a prefix and its continuation the longer, so that a tie is finished before others are begun. */
function comesFirst(a: readonly number[], b: readonly number[]): boolean {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a[at] !== b[at]) return (a[at] ?? 0) < (b[at] ?? 0);
  }
  return a.length > b.length;
}

/** A binary heap whose head comes before all others. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(item, items[parent] as T)) break;
      items[at] = items[parent] as T;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const head = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return head;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1] as T, items[child] as T)) child += 1;
      if (!this.#before(items[child] as T, last)) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = last;
    return head;
  }
}
