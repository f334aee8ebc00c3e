import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overReplicates, rankCorrelation, ranks } from "../../../src/experiment/statistics.js";
import { missingCell, predict, rankedOrders, transferOf, worstOrder } from "../../../src/experiment/transfer.js";

/** The paper's multipliers as method §4 recovers them from Table 4, test block; written trained → evaluated. */
const base = { M: 55.5, C: 29.6, Q: 41.5, W: 74.2 };
const single = { M: 57.6, C: 36.1, Q: 51.3, W: 78.4 };
const multipliers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  C: { M: 55.5 / 57.6, Q: 51.0 / 51.9, W: 75.7 / 78.4 },
  Q: { M: 57.2 / 57.6, C: 37.1 / 36.1, W: 66.6 / 78.4 },
  W: { M: 57.7 / 57.6, C: 36.7 / 36.1, Q: 51.9 / 51.3 },
  M: { C: 34.4 / 36.7, Q: 39.5 / 51.9, W: 75.7 / 78.4 },
};
const tasks = ["M", "C", "Q", "W"];

function paper() {
  const after = tasks.map((trained) => {
    const row = tasks.map((task) => {
      const of = task as keyof typeof base;
      const mean = trained === task ? single[of] : base[of] * (multipliers[trained]?.[task] ?? 1);
      return [task, { mean: mean / 100, n: 1000 }] as const;
    });
    return [trained, Object.fromEntries(row)] as const;
  });
  const start = Object.fromEntries(Object.entries(base).map(([task, mean]) => [task, { mean: mean / 100, n: 1000 }]));
  return transferOf(tasks, { base: start, after: Object.fromEntries(after) });
}

describe("predictions", () => {
  it("rank the paper's orders as its Table 4: M,C,Q,W first at 12.85, W,Q,C,M last at −2.11", () => {
    const ranked = rankedOrders(paper(), 24);
    expect(ranked).toHaveLength(24);
    expect(ranked[0]?.order).toEqual(["M", "C", "Q", "W"]);
    expect(100 * (ranked[0]?.score ?? 0)).toBeCloseTo(12.85, 0);
    expect(ranked.at(-1)?.order).toEqual(["W", "Q", "C", "M"]);
    expect(Math.abs(100 * (ranked.at(-1)?.score ?? 0) + 2.11)).toBeLessThan(0.1);
  });

  it("leave the last task where its own training put it", () => {
    const { predicted } = predict(paper(), ["C", "M", "Q", "W"]);
    expect(predicted.W).toBeCloseTo(0.784, 12);
  });

  it("find the worst order without going through all", () => {
    expect(worstOrder(paper())).toEqual(rankedOrders(paper(), 24).at(-1)?.order);
  });

  it("hold the worst order apart from the best where all orders tie", () => {
    const flat = { a: { mean: 0.5, n: 9 }, b: { mean: 0.5, n: 9 } };
    expect(worstOrder(transferOf(["a", "b"], { base: flat, after: { a: flat, b: flat } }))).toEqual(["b", "a"]);
  });

  it("are not a number where a cell was not measured, and say which", () => {
    const table = transferOf(["a", "b"], { base: { a: { mean: 0.5, n: 9 } }, after: {} });
    expect(missingCell(table)).toMatchObject({ evaluated: "a", trained: "a" });
  });
});

describe("the rank correlation", () => {
  it("is Spearman's, ties sharing their rank", () => {
    expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
    expect(rankCorrelation([106, 86, 100, 101, 99], [7, 0, 27, 50, 28])).toBeCloseTo(0.3, 12);
    expect(rankCorrelation([1, 1], [1, 2])).toBeNull();
  });

  it("does not change when values are stretched, and turns with their order", () => {
    const lists = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(lists, (list) => {
        expect(
          rankCorrelation(
            list,
            list.map((value) => 3 * value + 1),
          ),
        ).toBeCloseTo(1, 12);
        expect(
          rankCorrelation(
            list,
            list.map((value) => -(value ** 3)),
          ),
        ).toBeCloseTo(-1, 12);
      }),
    );
  });
});

describe("an interval over seeds", () => {
  it("is Student's: 1, 2, 3 give 2 ± 4.303 / √3", () => {
    expect(overReplicates([1, 2, 3])?.half).toBeCloseTo(4.303 / Math.sqrt(3), 6);
  });
  it("of one seed has no width, of none nothing", () => {
    expect(overReplicates([0.5])).toEqual({ mean: 0.5, half: null, n: 1 });
    expect(overReplicates([])).toBeNull();
  });
});
