import { type OrderingWeights, orderValue, tieTolerance } from "./linear-ordering.js";
import { type FoundOrdering, localSearchOrdering } from "./local-search.js";

/** A row Σ coefficient · x[index] ≤ upper. */
export interface LpRow {
  readonly indices: readonly number[];
  readonly coefficients: readonly number[];
  readonly upper: number;
}

/** An optimal solution of a linear program; `unfinished` where the time ran out or the solver met numbers it cannot handle. */
export type LpSolution =
  | { readonly values: ArrayLike<number>; readonly objective: number }
  | "infeasible"
  | "unfinished";

/** A linear program max c·x, 0 ≤ x ≤ 1, that is solved again and again with more rows and other bounds. */
export interface LinearProgram {
  addRows(rows: readonly LpRow[]): void;
  setBounds(column: number, lower: number, upper: number): void;
  solve(timeLimitS: number): LpSolution;
}

/** Opens a {@link LinearProgram} with these objective coefficients, none beyond ±1. */
export type OpenLinearProgram = (objective: readonly number[]) => LinearProgram;

/** What a solver knows of the best order. */
export interface OrderingBound extends FoundOrdering {
  /** Whether no order is better. */
  readonly optimal: boolean;
  /** No order has a greater value than this. */
  readonly bound: number;
}

/** Settings of {@link cutOrdering}. */
export interface CutOptions {
  readonly openProgram: OpenLinearProgram;
  readonly timeLimitS: number;
  readonly seed: number;
  /** Told after each round: bound and best value so far. */
  readonly onProgress?: (state: { readonly bound: number; readonly value: number; readonly nodes: number }) => void;
}

const violation = 1e-6;
const rowsPerRound = 1_500;

/**
 * Exact linear ordering beyond the reach of subset dynamic programming: the linear relaxation with x_ij = "i before j" and
 * violated 3-cycle inequalities 0 ≤ x_ij + x_jk − x_ik ≤ 1 added in rounds (Grötschel, Jünger, Reinelt 1984), then branch
 * and bound over the same program. Ends at its time limit with the best order and a proven bound.
 */
export function cutOrdering(weights: OrderingWeights, options: CutOptions): OrderingBound {
  return new CutSearch(weights, options).run();
}

interface Node {
  readonly fixed: ReadonlyMap<number, 0 | 1>;
  readonly bound: number;
}

class CutSearch {
  readonly #weights: OrderingWeights;
  readonly #options: CutOptions;
  readonly #size: number;
  readonly #program: LinearProgram;
  /** Value of the order in which x is all zero: the objective counts from there. */
  readonly #offset: number;
  /** Bounds this near to the best value prove it: rounding, or for whole weights anything below 1. */
  readonly #slack: number;
  readonly #whole: boolean;
  /** What a bound of the solver may be off by. */
  readonly #error: number;
  /** The objective is divided by this: a solver's tolerances are absolute, so great and tiny weights would slip through. */
  readonly #scale: number;
  readonly #ends: number;
  readonly #added = new Set<number>();
  #best: FoundOrdering;
  #nodes = 0;

  constructor(weights: OrderingWeights, options: CutOptions) {
    this.#weights = weights;
    this.#options = options;
    this.#size = weights.length;
    this.#ends = performance.now() + options.timeLimitS * 1000;
    const objective: number[] = [];
    let offset = 0;
    for (let i = 0; i < this.#size; i++) {
      for (let j = i + 1; j < this.#size; j++) {
        objective.push(this.#weight(i, j) - this.#weight(j, i));
        offset += this.#weight(j, i);
      }
    }
    this.#offset = offset;
    this.#scale = objective.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    this.#error = 1e-9 * this.#scale * this.#size ** 2;
    // Whole values are a help only where a bound is known to within one.
    const whole = weights.every((row, i) => row.every((value, j) => i === j || Number.isInteger(value)));
    this.#whole = whole && this.#error < 0.5;
    this.#slack = Math.max(tieTolerance(weights), 1e-9 * Math.abs(offset), this.#whole ? 0 : this.#error);
    this.#program = options.openProgram(objective.map((value) => value / this.#scale));
    const share = performance.now() + Math.min(0.25 * options.timeLimitS, 0.02 * this.#size) * 1000;
    this.#best = localSearchOrdering(weights, {
      restarts: 200_000,
      seed: options.seed,
      stopped: () => performance.now() > share,
    });
  }

  #weight(i: number, j: number): number {
    return this.#weights[i]?.[j] ?? 0;
  }

  /** Column of the pair i < j. */
  #column(i: number, j: number): number {
    return (i * (2 * this.#size - i - 1)) / 2 + (j - i - 1);
  }

  run(): OrderingBound {
    const trivial = this.#weights.reduce(
      (sum, row, i) => row.reduce((part, value, j) => (j > i ? part + Math.max(value, this.#weight(j, i)) : part), sum),
      0,
    );
    const open: Node[] = [{ fixed: new Map(), bound: trivial }];
    let unfinished = Number.NEGATIVE_INFINITY;
    while (open.length > 0) {
      const node = takeGreatest(open);
      if (this.#proves(node.bound)) break;
      const bound = this.#timeLeft() > 0 ? this.#relax(node, open) : { bound: node.bound, values: undefined };
      if (bound === undefined || this.#proves(bound.bound)) continue;
      if (bound.values === undefined) {
        // Nothing more is known of this node: its bound stands, and so do those of the nodes that are left.
        unfinished = Math.max(unfinished, bound.bound, ...open.map((left) => left.bound));
        break;
      }
      const column = this.#mostFractional(bound.values);
      if (column === undefined) continue; // an order, and offered
      for (const value of [0, 1] as const) {
        open.push({ fixed: new Map([...node.fixed, [column, value]]), bound: bound.bound });
      }
    }
    const { order, value } = this.#best;
    const optimal = this.#proves(unfinished);
    return { order, value, optimal, bound: optimal ? value : this.#rounded(unfinished) };
  }

  /** No order under this bound beats the best that is known. */
  #proves(bound: number): boolean {
    return this.#rounded(bound) <= this.#best.value + this.#slack;
  }

  #rounded(bound: number): number {
    return this.#whole ? Math.floor(bound + this.#error + 1e-6) : bound;
  }

  #timeLeft(): number {
    return (this.#ends - performance.now()) / 1000;
  }

  /** Solves a node's relaxation in rounds. Undefined: infeasible. Without `values`: the time ran out, the bound holds. */
  #relax(node: Node, open: readonly Node[]): { bound: number; values: ArrayLike<number> | undefined } | undefined {
    this.#nodes += 1;
    this.#fix(node.fixed);
    let bound = node.bound;
    for (;;) {
      const left = this.#timeLeft();
      if (left <= 0) return { bound, values: undefined };
      const solved = this.#program.solve(left);
      if (solved === "infeasible") return undefined;
      if (solved === "unfinished") return { bound, values: undefined };
      bound = Math.min(bound, solved.objective * this.#scale + this.#offset);
      this.#offer(solved.values);
      const whole = Math.max(bound, ...open.map((other) => other.bound));
      this.#options.onProgress?.({ bound: whole, value: this.#best.value, nodes: this.#nodes });
      if (this.#proves(bound)) return { bound, values: solved.values };
      const rows = this.#violated(solved.values);
      if (rows.length === 0) return { bound, values: solved.values };
      this.#program.addRows(rows);
    }
  }

  #fixed: ReadonlyMap<number, 0 | 1> = new Map();

  #fix(next: ReadonlyMap<number, 0 | 1>): void {
    for (const column of this.#fixed.keys()) if (!next.has(column)) this.#program.setBounds(column, 0, 1);
    for (const [column, value] of next) this.#program.setBounds(column, value, value);
    this.#fixed = next;
  }

  /** The order that a relaxed solution suggests, improved by insertions. */
  #offer(values: ArrayLike<number>): void {
    const before = new Float64Array(this.#size);
    for (let i = 0, column = 0; i < this.#size; i++) {
      for (let j = i + 1; j < this.#size; j++, column++) {
        before[i] = (before[i] ?? 0) + (values[column] ?? 0);
        before[j] = (before[j] ?? 0) + 1 - (values[column] ?? 0);
      }
    }
    const start = [...before.keys()].sort((a, b) => (before[b] ?? 0) - (before[a] ?? 0) || a - b);
    const found = localSearchOrdering(this.#weights, { starts: [start], restarts: 0, seed: this.#options.seed });
    if (found.value > this.#best.value) this.#best = { ...found, value: orderValue(this.#weights, found.order) };
  }

  /** The most violated 3-cycle inequalities that are not in the program yet. */
  #violated(values: ArrayLike<number>): LpRow[] {
    const found: { readonly by: number; readonly key: number; readonly row: LpRow }[] = [];
    const n = this.#size;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const ij = this.#column(i, j);
        for (let k = j + 1; k < n; k++) {
          const indices = [ij, this.#column(j, k), this.#column(i, k)];
          const sum = (values[ij] ?? 0) + (values[indices[1] ?? 0] ?? 0) - (values[indices[2] ?? 0] ?? 0);
          const above = sum > 1;
          const by = above ? sum - 1 : -sum;
          if (by <= violation) continue;
          const key = 2 * ((i * n + j) * n + k) + (above ? 1 : 0);
          if (this.#added.has(key)) continue;
          const coefficients = above ? [1, 1, -1] : [-1, -1, 1];
          found.push({ by, key, row: { indices, coefficients, upper: above ? 1 : 0 } });
        }
      }
    }
    found.sort((a, b) => b.by - a.by || a.key - b.key);
    const taken = found.slice(0, rowsPerRound);
    for (const { key } of taken) this.#added.add(key);
    return taken.map(({ row }) => row);
  }

  /** The undecided pair nearest to one half, by weight; undefined where all pairs are decided. */
  #mostFractional(values: ArrayLike<number>): number | undefined {
    let best: number | undefined;
    let score = 1e-6;
    for (let column = 0; column < values.length; column++) {
      const value = values[column] ?? 0;
      const distance = Math.min(value, 1 - value);
      if (distance > score) [best, score] = [column, distance];
    }
    return best;
  }
}

function takeGreatest(open: Node[]): Node {
  let at = 0;
  for (const [index, node] of open.entries()) if (node.bound > (open[at]?.bound ?? 0)) at = index;
  const [node] = open.splice(at, 1);
  if (node === undefined) throw new RangeError("no node is open");
  return node;
}
