import { type EntropyWarning, entropyWarnings, forbidDoubtful } from "./entropy-warning.js";
import {
  forgettabilityOrdering,
  greedyOrdering,
  type OrderingWeights,
  orderValue,
  tieTolerance,
} from "./linear-ordering.js";
import { localSearchOrdering } from "./local-search.js";
import { type OrderPrediction, predictOrder } from "./prediction.js";
import { resampler } from "./resample.js";
import { type Stability, stabilityOf } from "./stability.js";
import { bestOrderings, exactOrdering, maxSubsetTasks, solveSubsets } from "./subset-ordering.js";
import type { TransferFile } from "./transfer-file.js";
import { pairWeights } from "./transfer-table.js";

/** A solved order: the best, or the best found beside what no order can exceed. */
export interface SolvedOrder extends OrderPrediction {
  readonly optimal: boolean;
  /** No order scores more; equal to `score` where `optimal`. */
  readonly bound: number;
}

/** Everything that a transfer table says about the order of training. */
export interface OrderAdvice {
  readonly exact: SolvedOrder;
  readonly greedy: OrderPrediction;
  readonly forgettability: OrderPrediction;
  /** The best orders, best first: all of them up to six tasks, else as many as were asked for. */
  readonly orders: readonly OrderPrediction[];
  readonly runnerUp: OrderPrediction;
  readonly worst: OrderPrediction;
  /** Undefined where neither counts nor item results tell how noisy the accuracies are. */
  readonly stability: Stability | undefined;
  readonly verdict: "order" | "indifferent";
  /** Why, in one sentence. */
  readonly reason: string;
  /** Pairs of the best order whose prediction entropy makes doubtful. */
  readonly warnings: readonly EntropyWarning[];
  /** The best order without such a pair, where the best has one and there is such an order. */
  readonly unwarned: OrderPrediction | undefined;
}

/** An order of more tasks than subsets reach, from a solver outside this room. */
export type SolveLargeOrdering = (weights: OrderingWeights) => Promise<{
  readonly order: readonly number[];
  readonly value: number;
  readonly optimal: boolean;
  readonly bound: number;
}>;

/** Most tasks for which every order is listed. */
const maxListed = 6;

/** Solves, compares and weighs (method §4). `top`: how many orders to list above six tasks. */
export async function adviseOrder(
  file: TransferFile,
  options: { readonly top: number; readonly seed: number; readonly solveLarge: SolveLargeOrdering },
): Promise<OrderAdvice> {
  const { table } = file;
  const weights = pairWeights(table);
  const predict = (order: readonly number[]) => predictOrder(table, order);
  const { exact, orders } = await solve(file, weights, options);
  const runnerUp = orders[1] ?? predict(bestNeighbour(weights, exact.order));
  const worst = predict(worstOrder(weights, options.seed));
  const resample = resampler(file, options.seed);
  const compared = { best: exact.order, runnerUp: runnerUp.order, worst: worst.order };
  const stability = resample === undefined ? undefined : stabilityOf(table, compared, resample);
  const warnings = file.entropy === undefined ? [] : entropyWarnings(file.entropy, exact.order);
  return {
    exact,
    greedy: predict(greedyOrdering(weights)),
    forgettability: predict(forgettabilityOrdering(weights)),
    orders: table.tasks.length <= maxListed ? orders : orders.slice(0, options.top),
    runnerUp,
    worst,
    stability,
    ...verdictOf(exact.score - runnerUp.score, tieTolerance(weights), stability),
    warnings,
    unwarned: warnings.length === 0 ? undefined : unwarnedOrder(file, weights, options.seed),
  };
}

async function solve(
  { table }: TransferFile,
  weights: OrderingWeights,
  { top, solveLarge }: { readonly top: number; readonly solveLarge: SolveLargeOrdering },
): Promise<{ readonly exact: SolvedOrder; readonly orders: readonly OrderPrediction[] }> {
  const size = weights.length;
  if (size > maxSubsetTasks) {
    const solved = await solveLarge(weights);
    const prediction = predictOrder(table, solved.order);
    const bound = prediction.score + (solved.bound - solved.value);
    return { exact: { ...prediction, optimal: solved.optimal, bound }, orders: [prediction] };
  }
  const wanted = size <= maxListed ? factorial(size) : Math.max(2, top);
  const orders = bestOrderings(weights, wanted, solveSubsets(weights)).map((order) => predictOrder(table, order));
  const [best] = orders;
  if (best === undefined) throw new RangeError("no task to order");
  return { exact: { ...best, optimal: true, bound: best.score }, orders };
}

function verdictOf(
  gap: number,
  tie: number,
  stability: Stability | undefined,
): Pick<OrderAdvice, "verdict" | "reason"> {
  const points = (value: number) => (100 * value).toFixed(2).replace("-", "−");
  if (gap <= tie)
    return { verdict: "indifferent", reason: "the two best orders score the same: train jointly, or take either" };
  if (stability === undefined) {
    const reason = `the best order leads by ${points(gap)} points (score × 100), but without counts the noise is not known`;
    return { verdict: "order", reason };
  }
  const [low, high] = stability.gap.interval;
  const shown = `${points(stability.gap.value)} points (score × 100; 95 %: ${points(low)} to ${points(high)})`;
  if (low > 0) return { verdict: "order", reason: `the best order leads the runner-up by ${shown}` };
  const [spreadLow] = stability.spread.interval;
  const beyond =
    spreadLow > 0
      ? "yet it is told from the worst, so avoid that one; else train jointly"
      : "nor is it told from the worst: train jointly";
  return {
    verdict: "indifferent",
    reason: `the lead of ${shown} lies inside the noise, ${beyond}, or evaluate on more items`,
  };
}

/** The best order that an exchange of neighbours makes of this one. */
function bestNeighbour(weights: OrderingWeights, order: readonly number[]): readonly number[] {
  const swaps = order.slice(1).map((later, at) => {
    const swapped = [...order];
    swapped.splice(at, 2, later, order[at] ?? 0);
    return swapped;
  });
  return swaps.reduce(
    (best, next) => (orderValue(weights, next) > orderValue(weights, best) ? next : best),
    swaps[0] ?? order,
  );
}

function worstOrder(weights: OrderingWeights, seed: number): readonly number[] {
  const negated = weights.map((row) => row.map((value) => -value));
  if (weights.length <= maxSubsetTasks) return exactOrdering(negated);
  return localSearchOrdering(negated, { restarts: 200, seed }).order;
}

function unwarnedOrder(file: TransferFile, weights: OrderingWeights, seed: number): OrderPrediction | undefined {
  if (file.entropy === undefined) return undefined;
  const forbidden = forbidDoubtful(weights, file.entropy);
  const order =
    weights.length <= maxSubsetTasks
      ? exactOrdering(forbidden)
      : localSearchOrdering(forbidden, { restarts: 200, seed }).order;
  return entropyWarnings(file.entropy, order).length === 0 ? predictOrder(file.table, order) : undefined;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
