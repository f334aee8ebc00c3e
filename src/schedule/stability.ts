import { predictOrder } from "./prediction.js";
import type { Resample } from "./resample.js";
import { exactOrdering } from "./subset-ordering.js";
import { pairWeights, type TransferTable } from "./transfer-table.js";

/** Two ends of a 95 % bootstrap interval. */
export type Interval = readonly [low: number, high: number];

/** How much of a recommendation is left when the matrix is measured again. */
export interface Stability {
  readonly resamples: number;
  /** Orders by how often each was the best of a resample, most often first; undefined where K is too great to solve each. */
  readonly wins: readonly { readonly order: readonly number[]; readonly share: number }[] | undefined;
  /** Score of the best order less that of the runner-up. */
  readonly gap: { readonly value: number; readonly interval: Interval };
  /** Score of the best order less that of the worst. */
  readonly spread: { readonly value: number; readonly interval: Interval };
  /** Interval of each log ratio, [evaluated][trained]. */
  readonly transfer: readonly (readonly Interval[])[];
}

/** Orders that are compared over resamples. */
export interface Compared {
  readonly best: readonly number[];
  readonly runnerUp: readonly number[];
  readonly worst: readonly number[];
}

const resamples = 1_000;
/** Above it a resample is not solved again: 1,000 subset tables of 2^12 take about a second. */
const maxSolved = 12;

/** Redraws the table and looks at what stays: which order wins, the gaps, each log ratio. */
export function stabilityOf(table: TransferTable, compared: Compared, resample: Resample): Stability {
  const size = table.tasks.length;
  const won = new Map<string, number>();
  const gaps: number[] = [];
  const spreads: number[] = [];
  const cells = table.transfer.map((row) => row.map((): number[] => []));
  for (let at = 0; at < resamples; at++) {
    const drawn = resample();
    const score = (order: readonly number[]) => predictOrder(drawn, order).score;
    const best = score(compared.best);
    gaps.push(best - score(compared.runnerUp));
    spreads.push(best - score(compared.worst));
    for (const [i, row] of drawn.transfer.entries()) for (const [j, value] of row.entries()) cells[i]?.[j]?.push(value);
    if (size > maxSolved) continue;
    const winner = exactOrdering(pairWeights(drawn)).join(" ");
    won.set(winner, (won.get(winner) ?? 0) + 1);
  }
  const score = (order: readonly number[]) => predictOrder(table, order).score;
  const best = score(compared.best);
  return {
    resamples,
    wins: size > maxSolved ? undefined : ranked(won),
    gap: { value: best - score(compared.runnerUp), interval: interval(gaps) },
    spread: { value: best - score(compared.worst), interval: interval(spreads) },
    transfer: cells.map((row) => row.map(interval)),
  };
}

function ranked(won: ReadonlyMap<string, number>) {
  return [...won]
    .map(([order, count]) => ({ order: order.split(" ").map(Number), share: count / resamples }))
    .sort((a, b) => b.share - a.share);
}

function interval(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}
