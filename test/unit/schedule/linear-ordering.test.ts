import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestOrderings,
  cutOrdering,
  exactOrdering,
  localSearchOrdering,
  type OrderingWeights,
  orderValue,
  solveSubsets,
  tieTolerance,
} from "../../../src/schedule/index.js";
import { loadHighsPrograms } from "../../../src/solver/index.js";

/** All orders, in index order. */
function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}
const ordersOf = (weights: OrderingWeights) => permutations(weights.map((_, i) => i));

/** Signed weights, many of them equal, so that ties are common. */
const withTies = (max: number) =>
  fc.integer({ min: 1, max }).chain((size) =>
    fc.array(fc.array(fc.constantFrom(-0.3, -0.1, 0, 0.1, 0.2, 0.3, 0.7), { minLength: size, maxLength: size }), {
      minLength: size,
      maxLength: size,
    }),
  );
const whole = (min: number, max: number) =>
  fc.integer({ min, max }).chain((size) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: size, maxLength: size }), {
      minLength: size,
      maxLength: size,
    }),
  );

/** The first best order of all permutations, in index order. */
function bruteForce(weights: OrderingWeights): { order: readonly number[]; value: number } {
  const tolerance = tieTolerance(weights);
  let best: { order: readonly number[]; value: number } | undefined;
  for (const order of ordersOf(weights)) {
    const value = orderValue(weights, order);
    if (best === undefined || value > best.value + tolerance) best = { order, value };
  }
  return best ?? { order: [], value: 0 };
}

describe("subset dynamic programming", () => {
  it("finds the order that trying all finds, the first of several", () => {
    fc.assert(
      fc.property(withTies(6), (weights) => {
        expect(exactOrdering(weights)).toEqual(bruteForce(weights).order);
      }),
      { numRuns: 150 },
    );
  });

  it("has the value of the best of all orders of eight", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }), {
          minLength: 8,
          maxLength: 8,
        }),
        (weights) => {
          expect(solveSubsets(weights).best.at(-1)).toBeCloseTo(bruteForce(weights).value, 9);
        },
      ),
      { numRuns: 6 },
    );
  });

  it("lists orders by value, each once", () => {
    fc.assert(
      fc.property(withTies(5), (weights) => {
        const listed = bestOrderings(weights, 1_000);
        expect(listed.map((order) => order.join()).sort()).toEqual(
          ordersOf(weights)
            .map((order) => order.join())
            .sort(),
        );
        const values = listed.map((order) => orderValue(weights, order));
        for (const [at, value] of values.slice(1).entries())
          expect(value).toBeLessThanOrEqual((values[at] ?? 0) + 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});

describe("cutting planes and branch and bound", () => {
  it("prove the value that dynamic programming finds", { timeout: 120_000 }, async () => {
    const openProgram = await loadHighsPrograms();
    fc.assert(
      fc.property(whole(2, 11), (weights) => {
        const solved = cutOrdering(weights, { openProgram, timeLimitS: 10, seed: 1 });
        expect(solved.optimal).toBe(true);
        expect(solved.value).toBe(solveSubsets(weights).best.at(-1));
        expect(solved.value).toBe(orderValue(weights, solved.order));
        expect(solved.bound).toBe(solved.value);
      }),
      { numRuns: 25 },
    );
  });

  it("prove the same order whatever the weights are counted in", { timeout: 120_000 }, async () => {
    const openProgram = await loadHighsPrograms();
    const [weights = []] = fc.sample(whole(14, 14), { numRuns: 1, seed: 7 });
    const best = exactOrdering(weights);
    for (const power of [-12, -6, 9, 15]) {
      const scaled = weights.map((row) => row.map((weight) => weight * 10 ** power));
      const { order, optimal, bound, value } = cutOrdering(scaled, { openProgram, timeLimitS: 20, seed: 1 });
      expect({ power, optimal, bound }).toEqual({ power, optimal: true, bound: value });
      expect(orderValue(weights, order)).toBe(orderValue(weights, best));
    }
  });

  it("a linear program that the solver gives up proves nothing", () => {
    const weights = fc.sample(whole(12, 12), { numRuns: 1, seed: 5 })[0] ?? [];
    const openProgram = () => ({
      addRows: () => undefined,
      setBounds: () => undefined,
      solve: () => "unfinished" as const,
    });
    const { optimal, value, bound } = cutOrdering(weights, { openProgram, timeLimitS: 20, seed: 1 });
    const best = solveSubsets(weights).best.at(-1) ?? 0;
    expect(optimal).toBe(false);
    expect(value).toBeLessThanOrEqual(best);
    expect(bound).toBeGreaterThanOrEqual(best);
  });

  it("without time still give an order and a bound that holds", async () => {
    const openProgram = await loadHighsPrograms();
    const [weights = []] = fc.sample(whole(12, 12), { numRuns: 1, seed: 5 });
    const { optimal, value, bound, order } = cutOrdering(weights, { openProgram, timeLimitS: 0, seed: 1 });
    expect(order.toSorted((a, b) => a - b)).toEqual(weights.map((_, i) => i));
    expect(optimal).toBe(false);
    const best = solveSubsets(weights).best.at(-1) ?? 0;
    expect(value).toBeLessThanOrEqual(best);
    expect(bound).toBeGreaterThanOrEqual(best);
  });
});

it("local search never does worse than where it starts, and is the same for the same seed", () => {
  fc.assert(
    fc.property(whole(2, 9), fc.nat(), (weights, seed) => {
      const start = weights.map((_, i) => i);
      const found = localSearchOrdering(weights, { restarts: 3, seed });
      expect(found.value).toBeGreaterThanOrEqual(orderValue(weights, start));
      expect(found.value).toBeCloseTo(orderValue(weights, found.order), 9);
      expect(localSearchOrdering(weights, { restarts: 3, seed })).toEqual(found);
    }),
    { numRuns: 40 },
  );
});
