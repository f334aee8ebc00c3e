import { describe, expect, it } from "vitest";
import { readTransferFile } from "../../../src/schedule/index.js";

const good = {
  scale: "percent",
  tasks: ["a", "b"],
  base: { a: 40, b: 50 },
  after: { a: { a: 60, b: 45 }, b: { a: 42, b: 70 } },
};
const read = (document: unknown) => readTransferFile(document, "t.json");

it("`after` is trained → evaluated; rows of the table are the evaluated task", () => {
  const { table } = read(good);
  expect(table.transfer[0]?.[1]).toBeCloseTo(Math.log(42 / 40), 12);
  expect(table.transfer[1]?.[0]).toBeCloseTo(Math.log(45 / 50), 12);
  expect(table.single).toEqual([0.6, 0.7]);
  expect(table.weights).toEqual([0.5, 0.5]);
});

it("`transfer` is evaluated → trained, and its diagonal is not read", () => {
  const { after: _, ...rest } = good;
  const { table } = read({
    ...rest,
    single: { a: 60, b: 70 },
    transfer: { a: { a: 99, b: 0.1 }, b: { a: -0.2, b: 99 } },
  });
  expect(table.transfer).toEqual([
    [0, 0.1],
    [-0.2, 0],
  ]);
});

it("a zero with a count becomes ½/(n + 1), and is said", () => {
  const { table, notes } = read({
    ...good,
    base: { a: 0, b: 50 },
    counts: { base: { a: 49, b: 49 }, after: good.after },
  });
  expect(table.base[0]).toBeCloseTo(0.5 / 50, 12);
  expect(notes).toEqual(["base.a is 0 of 49 items and counts as ½/(n + 1) = 0.010"]);
});

describe("percent that look like fractions beside the same task's others are asked about:", () => {
  it.each([
    ["base", { base: { a: 0.4, b: 0.5 } }, "base.a, base.b"],
    [
      "everything after training",
      { after: { a: { a: 0.6, b: 0.4 }, b: { a: 0.3, b: 0.7 } } },
      "after.a.a, after.b.a, after.a.b, after.b.b",
    ],
    ["one cell", { after: { ...good.after, a: { ...good.after.a, b: 0.3 } } }, "after.a.b"],
  ])("%s", (_name, change, keys) => {
    expect(read({ ...good, ...change }).notes).toEqual([
      `at most 1 % stands at ${keys}, and much more elsewhere for the same task: fractions among percent?`,
    ]);
  });

  it("but not a task of which nothing is known to be much more", () => {
    const rare = { ...good, base: { a: 0.8, b: 50 }, after: { a: { a: 3, b: 40 }, b: { a: 0.5, b: 70 } } };
    expect(read(rare).notes).toEqual([]);
  });
});

describe("wrong input names file and key, and says what to do:", () => {
  it.each([
    ["a list", [], "t.json: must be a mapping, not []"],
    [
      "no scale",
      { ...good, scale: undefined },
      't.json: scale is missing; say "percent" (0 … 100) or "fraction" (0 … 1)',
    ],
    ["another scale", { ...good, scale: "ratio" }, 't.json: scale is "ratio"; say'],
    [
      "fractions called percent",
      { ...good, base: { a: 0.4, b: 0.5 }, after: { a: { a: 0.6, b: 0.4 }, b: { a: 0.4, b: 0.7 } } },
      "no accuracy is above 1 %",
    ],
    [
      "percent called fractions",
      { ...good, scale: "fraction" },
      'scale says "fraction", but 70 is above 1; say "percent"',
    ],
    ["above 100", { ...good, base: { a: 140, b: 50 } }, 'scale says "percent", but 140 is above 100'],
    ["one task", { ...good, tasks: ["a"] }, "tasks has one name; with one task there is nothing to order"],
    ["a task twice", { ...good, tasks: ["a", "a"] }, 'tasks names "a" twice'],
    [
      "a missing cell",
      { ...good, after: { a: { a: 60 }, b: good.after.b } },
      't.json: after.a has no cell for "b"; measure it, or leave the task out of "tasks"',
    ],
    [
      "weights",
      { ...good, weights: { a: 1 } },
      't.json: weights has no cell for "b"; give it one, or leave the task out of "tasks"',
    ],
    [
      "a missing cell of a name that every object has",
      { ...good, tasks: ["toString", "b"], base: { b: 50 } },
      'base has no cell for "toString"',
    ],
    ["a missing row", { ...good, after: { a: good.after.a } }, 'after has no cell for "b"'],
    ["a task too many", { ...good, base: { a: 1, b: 2, c: 3 } }, 'base has "c", which is not in "tasks"'],
    [
      "NaN as JSON writes it",
      { ...good, base: { a: null, b: 50 } },
      "base.a must be an accuracy from 0, not null (JSON has no NaN: was it measured?)",
    ],
    ["NaN", { ...good, base: { a: Number.NaN, b: 50 } }, "base.a must be an accuracy from 0"],
    ["a text", { ...good, base: { a: "40", b: 50 } }, 'base.a must be an accuracy from 0, not "40"'],
    ["a negative accuracy", { ...good, base: { a: -4, b: 50 } }, "base.a must be an accuracy from 0, not -4"],
    [
      "a zero without a count",
      { ...good, after: { a: { a: 60, b: 0 }, b: good.after.b } },
      'after.a.b is 0, whose logarithm is −∞; give "counts"',
    ],
    [
      "log ratios beyond all numbers",
      { ...good, after: undefined, single: { a: 60, b: 70 }, transfer: { a: { b: 900 }, b: { a: 0.1 } } },
      "t.json: transfer.a adds up to more than 700, no accuracy changes so; give natural log ratios",
    ],
    ["neither after nor transfer", { ...good, after: undefined }, 'give "after"'],
    ["both", { ...good, transfer: {} }, 'transfer stands beside "after"'],
    ["a count of nothing", { ...good, counts: 0 }, "counts must be a number of items from 1, not 0"],
    [
      "entropy without kinds",
      { ...good, entropy: { a: { b: 0.1 }, b: { a: 0.1 } } },
      'kinds.a is needed beside "entropy"',
    ],
  ])("%s", (_name, document, message) => {
    expect(() => read(document)).toThrow(message);
  });
});
