import type { OrderingWeights } from "./linear-ordering.js";
import type { EntropyProbe } from "./transfer-file.js";

/** An earlier stage that makes the prediction for a later one doubtful (method §4, after eq. 12). */
export interface EntropyWarning {
  readonly earlier: number;
  readonly later: number;
  /** Relative change of the later task's entropy by training the earlier. */
  readonly change: number;
}

/** Relative changes of entropy below this are taken for noise. */
const notable = 0.1;

/** Whether training `earlier` raises the entropy of a verifiable task, or lowers that of a generative one, notably. */
function doubtful({ change, verifiable }: EntropyProbe, earlier: number, later: number): boolean {
  const by = change[earlier]?.[later] ?? 0;
  return verifiable[later] === true ? by > notable : by < -notable;
}

/** Every doubtful pair of an order, in its own order. */
export function entropyWarnings(probe: EntropyProbe, order: readonly number[]): EntropyWarning[] {
  return order.flatMap((earlier, at) =>
    order
      .slice(at + 1)
      .filter((later) => doubtful(probe, earlier, later))
      .map((later) => ({ earlier, later, change: probe.change[earlier]?.[later] ?? 0 })),
  );
}

/** The weights with every doubtful precedence made worse than all that any order could earn. */
export function forbidDoubtful(weights: OrderingWeights, probe: EntropyProbe): number[][] {
  const total = weights.flat().reduce((sum, value) => sum + Math.abs(value), 0);
  return weights.map((row, i) =>
    row.map((value, j) => (i !== j && doubtful(probe, i, j) ? value - 2 * total - 1 : value)),
  );
}
