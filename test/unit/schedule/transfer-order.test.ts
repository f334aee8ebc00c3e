import { describe, expect, it } from "vitest";
import {
  adviseOrder,
  exactOrdering,
  greedyOrdering,
  type OrderAdvice,
  orderValue,
  pairWeights,
  predictOrder,
  readTransferFile,
  type TransferFile,
} from "../../../src/schedule/index.js";
import { printedTest, printedValidation, testBlock, validationBlock } from "./paper.js";

const never = () => Promise.reject(new Error("not asked for so few tasks"));
const advise = (file: TransferFile) => adviseOrder(file, { top: 1, seed: 0, solveLarge: never });
const letters = ({ table: { tasks } }: TransferFile, order: readonly number[]) => order.map((i) => tasks[i]).join("");
const fileOf = (document: unknown) => readTransferFile(document, "table-4.json");

describe("Table 4 of the paper, test block:", () => {
  const file = fileOf(testBlock);
  let advice: OrderAdvice;

  it("all 24 orders stand in the printed order, each score within 0.1 of the printed", async () => {
    advice = await advise(file);
    expect(advice.orders.map(({ order }) => letters(file, order))).toEqual(printedTest.map(([order]) => order));
    for (const [at, [order, printed]] of printedTest.entries()) {
      expect(Math.abs(100 * (advice.orders[at]?.score ?? 0) - printed), order).toBeLessThan(0.1);
    }
  });

  it("best M,C,Q,W; greedy C,M,Q,W; by forgettability C,M,W,Q; worst W,Q,C,M", () => {
    expect(letters(file, advice.exact.order)).toBe("MCQW");
    expect(letters(file, advice.greedy.order)).toBe("CMQW");
    expect(letters(file, advice.forgettability.order)).toBe("CMWQ");
    expect(100 * advice.forgettability.score).toBeCloseTo(7.84, 2);
    expect(letters(file, advice.worst.order)).toBe("WQCM");
  });

  it("predicts the printed accuracies of the best order", () => {
    expect(advice.exact.predicted.map((value) => Number((100 * value).toFixed(1)))).toEqual([55.2, 37.7, 51.9, 78.4]);
  });

  it("summed along the other axis, greedy picks Writing first: nearly the worst order", () => {
    const weights = pairWeights(file.table);
    const transposed = weights.map((row, i) => row.map((_, j) => weights[j]?.[i] ?? 0));
    expect(letters(file, greedyOrdering(transposed))).toMatch(/^W/);
    expect(letters(file, exactOrdering(transposed))).toBe("WQCM");
    expect(letters(file, greedyOrdering(weights))).not.toMatch(/^W/);
  });
});

describe("Table 4 of the paper, validation block:", () => {
  it("every score is within 0.05 of the printed, and only near ties change places", async () => {
    const file = fileOf(validationBlock);
    const { orders } = await advise(file);
    const printed = new Map(printedValidation);
    for (const { order, score } of orders) {
      const name = letters(file, order);
      expect(Math.abs(100 * score - (printed.get(name) ?? Number.NaN)), name).toBeLessThan(0.05);
    }
    const ours = orders.map(({ order }) => letters(file, order));
    const moved = printedValidation.filter(([order], at) => ours[at] !== order);
    expect(moved.map(([order]) => order)).toEqual(["CQWM", "WCMQ", "QMCW", "MWQC"]);
  });
});

describe("a prediction", () => {
  const file = fileOf(testBlock);

  it("changes a task only by what is trained after it", () => {
    const { predicted } = predictOrder(file.table, [3, 2, 1, 0]);
    expect(predicted[0]).toBeCloseTo(0.576, 12);
    expect(predicted[1]).toBeCloseTo((0.361 * 34.4) / 36.7, 12);
    expect(predicted[3]).toBeCloseTo((((((0.784 * 66.6) / 78.4) * 75.7) / 78.4) * 75.7) / 78.4, 12);
  });

  it("scores as the single-task gains plus the value of the linear ordering", () => {
    const { table } = file;
    const gains = table.single.reduce((sum, single, i) => sum + Math.log(single / (table.base[i] ?? 1)) / 4, 0);
    const order = [2, 0, 3, 1];
    expect(predictOrder(table, order).score).toBeCloseTo(gains + orderValue(pairWeights(table), order), 12);
  });
});

describe("advice", () => {
  const pair = (xThenY: number, yThenX: number) => ({
    scale: "fraction",
    tasks: ["x", "y"],
    base: { x: 0.5, y: 0.5 },
    after: { x: { x: 0.7, y: xThenY }, y: { x: yThenX, y: 0.7 } },
  });

  it("with a gap inside the noise is indifferent, and recommends joint training", async () => {
    const { verdict, reason } = await advise(fileOf({ ...pair(0.45, 0.44), counts: 100 }));
    expect(verdict).toBe("indifferent");
    expect(reason).toContain("train jointly");
  });

  it("with the same gap, measured on many items, recommends the order", async () => {
    const { verdict, stability } = await advise(fileOf({ ...pair(0.45, 0.4), counts: 100_000 }));
    expect(verdict).toBe("order");
    expect(stability?.wins?.[0]).toEqual({ order: [1, 0], share: 1 });
  });

  it("of equal orders says so, and takes the one first in tasks", async () => {
    const { verdict, exact } = await advise(fileOf(pair(0.5, 0.5)));
    expect(verdict).toBe("indifferent");
    expect(exact.order).toEqual([0, 1]);
  });

  it("resamples items jointly: models that err on the same items differ surely, though each accuracy is uncertain", async () => {
    const items = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const better = items.map((value, i) => (i % 10 === 1 ? 1 : value));
    const share = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const results = {
      base: { x: items, y: items },
      after: { x: { x: better, y: better }, y: { x: items, y: better } },
    };
    const document = {
      scale: "fraction",
      tasks: ["x", "y"],
      base: { x: share(items), y: share(items) },
      after: { x: { x: share(better), y: share(better) }, y: { x: share(items), y: share(better) } },
    };
    const jointly = await advise(fileOf({ ...document, results }));
    const apart = await advise(fileOf({ ...document, counts: 60 }));
    expect(jointly.stability?.transfer[0]?.[1]).toEqual([0, 0]);
    expect(apart.stability?.transfer[0]?.[1]?.[0]).toBeLessThan(-0.1);
    expect(jointly.verdict).toBe("order");
    expect(apart.verdict).toBe("indifferent");
  });

  it("warns where an earlier stage raises the entropy of a later verifiable task, and shows the best order without", async () => {
    const change = {
      M: { C: 0, Q: 0, W: 0 },
      C: { M: 0, Q: 0.3, W: 0 },
      Q: { M: 0, C: 0, W: 0 },
      W: { M: 0, C: 0, Q: 0.5 },
    };
    const kinds = { M: "verifiable", C: "verifiable", Q: "verifiable", W: "generative" };
    const file = fileOf({ ...testBlock, entropy: change, kinds });
    const { warnings, unwarned, exact } = await advise(file);
    expect(letters(file, exact.order)).toBe("MCQW");
    expect(warnings).toEqual([{ earlier: 1, later: 2, change: 0.3 }]);
    expect(letters(file, unwarned?.order ?? [])).toBe("MQCW");
  });
});
