import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testBlock } from "../schedule/paper.js";
import { omni } from "./harness.js";

let folder: string;
const file = (name: string) => join(folder, name);
const write = (name: string, document: unknown) => writeFileSync(file(name), JSON.stringify(document));

/** The paper's file with something changed, as an editor lays it out. */
const shown = (change: object) => JSON.stringify({ ...testBlock, ...change }, null, 2);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-schedule-"));
  write("paper.json", { ...testBlock, counts: 500 });
  const tasks = Array.from({ length: 8 }, (_, i) => `t${i}`);
  const cells = (value: number) => Object.fromEntries(tasks.map((task) => [task, value]));
  write("eight.json", {
    scale: "fraction",
    tasks,
    base: cells(0.5),
    after: Object.fromEntries(tasks.map((task) => [task, cells(0.5)])),
    weights: cells(2),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("omni schedule FILE --json", () => {
  it("answers in the file's scale and names, all orders up to six tasks, best first", async () => {
    const { code, stdout, stderr } = await omni(["schedule", file("paper.json"), "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      scale: "percent",
      exact: { order: ["M", "C", "Q", "W"], optimal: true },
      greedy: { order: ["C", "M", "Q", "W"] },
      forgettability: { order: ["C", "M", "W", "Q"] },
      verdict: "indifferent",
    });
    expect(answer.exact.predicted.W).toBeCloseTo(78.4, 9);
    expect(answer.orders).toHaveLength(24);
    expect(answer.orders[0].order).toEqual(answer.exact.order);
    expect(answer.orders[23].order).toEqual(["W", "Q", "C", "M"]);
    expect(answer.stability.wins[0].share).toBeGreaterThan(0.2);
  });

  it("above six tasks lists the orders that are asked for, ties in the order of tasks, weights used as given", async () => {
    const plain = JSON.parse((await omni(["schedule", file("eight.json"), "--json"])).stdout);
    expect(plain).not.toHaveProperty("orders");
    expect(plain.exact.order).toEqual(["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"]);
    expect(plain.verdict).toBe("indifferent");
    const listed = JSON.parse((await omni(["schedule", file("eight.json"), "--json", "--top", "3"])).stdout);
    expect(listed.orders.map(({ order }: { order: string[] }) => order.slice(5).join())).toEqual([
      "t5,t6,t7",
      "t5,t7,t6",
      "t6,t5,t7",
    ]);
  });

  it("says which task was evaluated on too few items to tell any effect", async () => {
    write("few.json", { ...testBlock, counts: 20 });
    const { notes } = JSON.parse((await omni(["schedule", file("few.json"), "--json"])).stdout);
    expect(notes).toContain("C was evaluated on too few items: no effect on it is told from 0; evaluate it on more");
  });

  it("solves a bare instance with --lop", async () => {
    write("lop.json", {
      n: 3,
      matrix: [
        [9, 1, 2],
        [3, 9, 1],
        [1, 1, 9],
      ],
    });
    const { stdout } = await omni(["schedule", file("lop.json"), "--lop", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ order: [1, 0, 2], value: 6, optimal: true, bound: 6, gap: 0 });
  });
});

describe("omni schedule FILE", () => {
  it("tells a person the order, the axes of the matrix in words, and why", async () => {
    const { stdout } = await omni(["schedule", file("paper.json")]);
    expect(stdout).toContain("train in this order: M → C → Q → W   (score 12.89, proven the best)");
    expect(stdout).toContain("(rows: trained; columns: evaluated; cells: exp(B) − 1)");
    expect(stdout).toMatch(/^M trained +\+3\.8 % +−6\.3 % +−23\.9 % +−3\.4 %$/m);
    expect(stdout).toContain(
      "Q before W: training W afterwards moves Q by +1.2 %; the other way round, training Q would move W by −15.1 %",
    );
  });

  it.each([
    ["no JSON", '{"scale": ', ":1:11: not valid JSON (it ends too early)"],
    [
      "NaN, as Python writes it",
      '{\n  "base": {"M": NaN}}',
      ":2:17: not valid JSON (NaN is no number of JSON: was the cell measured?",
    ],
    ["another instance", '{"n": 2, "matrix": [[0, 1]]}', ':1:7: "n" is 2, but the matrix has 1 rows', "--lop"],
    [
      "a cell that is no number",
      '{"n": 2, "matrix": [[0, null], [1, 0]]}',
      ":1:25: matrix[0][1] is null; every cell is a finite number",
      "--lop",
    ],
    ["a number too great", '{"n": 2, "matrix": [[0, 1e400], [1, 0]]}', ":1:25: matrix[0][1] is Infinity", "--lop"],
    ["a zero", shown({ base: { ...testBlock.base, M: 0 } }), ":10:10: base.M is 0, whose logarithm is −∞"],
    ["one task", shown({ tasks: ["M"] }), ":3:12: tasks has one name; with one task there is nothing to order"],
    [
      "a missing cell",
      shown({ base: { C: 29.6, Q: 41.5, W: 74.2 } }),
      ':9:11: base has no cell for "M"; measure it, or leave the task out of "tasks"',
    ],
    ["percent called a fraction", shown({ scale: "fraction" }), ':2:12: scale says "fraction", but'],
    [
      "fractions called percent",
      JSON.stringify({
        scale: "percent",
        tasks: ["a", "b"],
        base: { a: 0.4, b: 0.5 },
        after: { a: { a: 0.6, b: 0.4 }, b: { a: 0.4, b: 0.7 } },
      }),
      ':1:10: scale says "percent", but no accuracy is above 1 %',
    ],
    [
      "a task more in one place than in another",
      shown({ base: { ...testBlock.base, X: 1 } }),
      ':9:11: base has "X", which is not in "tasks"; add it there, or take it out here',
    ],
  ])("%s: one line with the place, exit code 2", async (_name, text, message, ...flags) => {
    writeFileSync(file("wrong.json"), text);
    const { code, stdout, stderr } = await omni(["schedule", file("wrong.json"), ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`wrong.json${message}`);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
