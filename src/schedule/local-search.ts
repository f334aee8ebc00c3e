import { randomStream } from "../core/index.js";
import { type OrderingWeights, orderValue, tieTolerance } from "./linear-ordering.js";

/** An order and its value. */
export interface FoundOrdering {
  readonly order: readonly number[];
  readonly value: number;
}

/** Settings of {@link localSearchOrdering}. */
export interface LocalSearchOptions {
  /** Starting orders; the search adds seeded shuffles and kicks of the best. */
  readonly starts?: readonly (readonly number[])[];
  readonly restarts: number;
  readonly seed: number;
  /** Asked between restarts: true ends the search with what it has. */
  readonly stopped?: () => boolean;
}

/**
 * A strong heuristic for linear ordering: insertion moves to a local optimum, then restarts from the best order with a few
 * tasks moved at random (iterated local search). Deterministic for a seed and a number of restarts.
 */
export function localSearchOrdering(weights: OrderingWeights, options: LocalSearchOptions): FoundOrdering {
  const size = weights.length;
  const random = randomStream(options.seed, "ordering-search");
  const tolerance = tieTolerance(weights);
  const identity = weights.map((_, i) => i);
  let best: FoundOrdering = { order: identity, value: orderValue(weights, identity) };
  const offer = (start: readonly number[]) => {
    const order = climb(weights, [...start], tolerance);
    const value = orderValue(weights, order);
    if (value > best.value + tolerance) best = { order, value };
  };
  for (const start of [identity, ...(options.starts ?? []), random.shuffle(identity)]) offer(start);
  for (let restart = 0; restart < options.restarts && size > 2; restart++) {
    if (options.stopped?.() === true) break;
    const kicked = [...best.order];
    const kicks = 2 + random.below(Math.max(2, Math.ceil(size / 5)));
    for (let kick = 0; kick < kicks; kick++) {
      kicked.splice(random.below(size), 0, ...kicked.splice(random.below(size), 1));
    }
    offer(kicked);
  }
  return best;
}

/** Moves one task at a time to its best place until no move gains. */
function climb(weights: OrderingWeights, order: number[], tolerance: number): number[] {
  for (let improved = true; improved; ) {
    improved = false;
    for (let from = 0; from < order.length; from++) {
      const { to, gain } = bestPlace(weights, order, from);
      if (gain <= tolerance) continue;
      order.splice(to, 0, ...order.splice(from, 1));
      improved = true;
    }
  }
  return order;
}

/** Where the task at `from` earns most, and how much more than where it is. */
function bestPlace(weights: OrderingWeights, order: readonly number[], from: number): { to: number; gain: number } {
  const task = order[from] ?? 0;
  const own = weights[task] ?? [];
  let best = { to: from, gain: 0 };
  let gain = 0;
  for (let to = from - 1; to >= 0; to--) {
    const passed = order[to] ?? 0;
    gain += (own[passed] ?? 0) - (weights[passed]?.[task] ?? 0);
    if (gain > best.gain) best = { to, gain };
  }
  gain = 0;
  for (let to = from + 1; to < order.length; to++) {
    const passed = order[to] ?? 0;
    gain += (weights[passed]?.[task] ?? 0) - (own[passed] ?? 0);
    if (gain > best.gain) best = { to, gain };
  }
  return best;
}
