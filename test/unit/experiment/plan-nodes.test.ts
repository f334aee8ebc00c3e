import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/index.js";
import { chooseOrders } from "../../../src/experiment/choose-orders.js";
import { ablationNodes, baselineNodes, orderNodes, probeNodes } from "../../../src/experiment/plan-nodes.js";
import { permutations, transferOf } from "../../../src/experiment/transfer.js";

const ids = ["a", "b", "c", "d"];
const task = (id: string) => ({ id, family: "qa", data: { source: "x.jsonl" } });
const config = (experiment: object = {}, tasks = ids) =>
  resolveConfig({ version: 1, model: { base: "nano" }, tasks: tasks.map(task), experiment });

/** Training a later task hurts earlier ones, the more the further apart. */
function transferAmong(tasks: readonly string[]) {
  const row = (j: number) => Object.fromEntries(tasks.map((task, i) => [task, { mean: 0.5 + 0.01 * (i - j), n: 10 }]));
  const base = Object.fromEntries(tasks.map((task) => [task, { mean: 0.5, n: 10 }]));
  return transferOf(tasks, { base, after: Object.fromEntries(tasks.map((task, j) => [task, row(j)])) });
}
const someTransfer = transferAmong(ids);

describe("the runs of an experiment", () => {
  it("share beginnings: all 24 orders of four tasks cost 64 stage runs, not 96", () => {
    const stages = [...probeNodes(config()), ...orderNodes(config(), permutations(ids))];
    expect(stages.filter(({ kind }) => kind === "stage")).toHaveLength(64);
  });

  it("come after those that they start from, each once", () => {
    const asked = config({ seeds: [1, 2], merge: {}, sft: { steps: 3 }, temperatures: [{ task: "a", values: [1.2] }] });
    const nodes = [
      ...probeNodes(asked),
      ...orderNodes(asked, permutations(ids)),
      ...baselineNodes(asked),
      ...ablationNodes(asked),
    ];
    const seen = new Set<string>();
    for (const { id, parents } of nodes) {
      expect(
        parents.every((parent) => seen.has(parent)),
        id,
      ).toBe(true);
      expect(seen.has(id)).toBe(false);
      seen.add(id);
    }
  });

  it("give joint training as many updates as all stages together", () => {
    const [joint] = baselineNodes(config({ updatesPerStage: 10 }));
    expect(joint).toMatchObject({ kind: "joint", updates: 40 });
  });
});

describe("entropies", () => {
  const points = (settings: object, more: object = {}) => {
    const tasks = ids.map((id) => ({ ...task(id), ...(id === "a" ? more : {}) }));
    const given = resolveConfig({ version: 1, model: { base: "nano" }, tasks, eval: settings, experiment: {} });
    return probeNodes(given).map(({ evaluations }) => evaluations.filter(({ forEntropy }) => forEntropy));
  };

  it("are of the evaluations' own completions where those are sampled at T = 1, untruncated", () => {
    expect(points({ temperature: 1 }).flat()).toEqual([]);
  });

  it("ask for others at every probe where evaluations are greedy, truncated, or another temperature for a task", () => {
    const [all] = points({});
    expect(all).toEqual([{ point: "entropy", split: "validation", tasks: ids, forEntropy: true }]);
    expect(points({ temperature: 1, topK: 50 })[0]).toHaveLength(1);
    expect(points({ temperature: 1, topP: 0.9 })[0]).toHaveLength(1);
    expect(points({ temperature: 1 }, { eval: { temperature: 0 } }).map((found) => found[0]?.tasks)).toEqual(
      Array(5).fill(["a"]),
    );
  });
});

describe("the orders of an experiment", () => {
  it("are best, worst, listed and so many random others, each once", () => {
    const chosen = chooseOrders(config({ orders: { random: 5, list: [["b", "a", "c", "d"]] } }), someTransfer);
    expect(chosen.map(({ why }) => why)).toEqual(["best", "worst", "listed", ...Array(5).fill("random")]);
    expect(new Set(chosen.map(({ order }) => order.join())).size).toBe(8);
  });

  it("are all of them when asked", () => {
    expect(chooseOrders(config({ orders: { all: true } }), someTransfer)).toHaveLength(24);
  });

  it("of many tasks are the best, the worst and random ones, but not all", () => {
    const many = ["a", "b", "c", "d", "e", "f", "g"];
    const table = transferAmong(many);
    expect(chooseOrders(config({ orders: { random: 2 } }, many), table)).toHaveLength(4);
    expect(() => chooseOrders(config({ orders: { all: true } }, many), table)).toThrow(/at most 6 tasks, there are 7/);
  });

  it("name tasks that there are", () => {
    expect(() => config({ orders: { list: [["a", "b", "c", "x"]] } })).toThrow(/order names no task: "x"/);
    expect(() => config({ formats: { task: "z" } })).toThrow(/there is no task "z"/);
    expect(() => config({ references: { task: "a", fields: { gpt: "other" } } })).toThrow(
      /needs a task of family writing/,
    );
  });
});
