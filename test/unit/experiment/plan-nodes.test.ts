import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/index.js";
import { chooseOrders } from "../../../src/experiment/choose-orders.js";
import { ablationNodes, baselineNodes, orderNodes, probeNodes } from "../../../src/experiment/plan-nodes.js";
import { permutations, transferOf } from "../../../src/experiment/transfer.js";

const ids = ["a", "b", "c", "d"];
const task = (id: string) => ({ id, family: "qa", data: { source: "x.jsonl" } });
const config = (experiment: object = {}, tasks = ids) =>
  resolveConfig({ version: 1, model: { base: "nano" }, tasks: tasks.map(task), experiment });

const noTransfer = transferOf(ids, {
  base: Object.fromEntries(ids.map((id) => [id, { mean: 0.5, n: 10 }])),
  after: Object.fromEntries(ids.map((id) => [id, Object.fromEntries(ids.map((of) => [of, { mean: 0.5, n: 10 }]))])),
});

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

describe("the orders of an experiment", () => {
  it("are best, worst, listed and so many random others, each once", () => {
    const chosen = chooseOrders(config({ orders: { random: 5, list: [["b", "a", "c", "d"]] } }), noTransfer);
    expect(chosen.map(({ why }) => why)).toEqual(["best", "worst", "listed", ...Array(5).fill("random")]);
    expect(new Set(chosen.map(({ order }) => order.join())).size).toBe(8);
  });

  it("are all of them when asked", () => {
    expect(chooseOrders(config({ orders: { all: true } }), noTransfer)).toHaveLength(24);
  });

  it("of more than six tasks have to be listed", () => {
    const many = ["a", "b", "c", "d", "e", "f", "g"];
    expect(() => chooseOrders(config({}, many), noTransfer)).toThrow(/name orders in list/);
  });

  it("name tasks that there are", () => {
    expect(() => config({ orders: { list: [["a", "b", "c", "x"]] } })).toThrow(/order names no task: "x"/);
    expect(() => config({ formats: { task: "z" } })).toThrow(/there is no task "z"/);
    expect(() => config({ references: { task: "a", fields: { gpt: "other" } } })).toThrow(
      /needs a task of family writing/,
    );
  });
});
