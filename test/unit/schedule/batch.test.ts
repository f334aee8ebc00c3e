import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/core/index.js";
import { type BatchPlan, scheduleBatches } from "../../../src/schedule/index.js";

const item = (taskId: string, n: number): Item => ({
  id: `${taskId}-${n}`,
  taskId,
  question: "",
  messages: [],
  gold: { kind: "none", reason: "test" },
});
const tasksOf = (sizes: readonly number[]) =>
  sizes.map((size, k) => ({ id: `t${k}`, items: Array.from({ length: size }, (_, n) => item(`t${k}`, n)) }));
const planArbitrary = (kind: "joint" | "curriculum" | "mixed") =>
  fc
    .record({
      sizes: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
      promptsPerUpdate: fc.integer({ min: 1, max: 12 }),
      epochs: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
    })
    .map(({ sizes, ...rest }): BatchPlan => {
      const tasks = tasksOf(sizes);
      const order = tasks.map((task) => task.id).reverse();
      const ratios = Object.fromEntries(tasks.map((task, k) => [task.id, k + 1]));
      const schedule =
        kind === "joint"
          ? ({ kind } as const)
          : kind === "curriculum"
            ? ({ kind, order } as const)
            : ({ kind, ratios } as const);
      return { ...rest, tasks, schedule };
    });
const ids = (items: readonly Item[]) => items.map((entry) => entry.id);

describe("batches", () => {
  for (const kind of ["joint", "curriculum"] as const) {
    it(`of a ${kind} schedule are disjoint and cover within every epoch of a stage`, () => {
      fc.assert(
        fc.property(planArbitrary(kind), (plan) => {
          const batches = scheduleBatches(plan);
          const all = plan.tasks.flatMap((task) => ids(task.items)).sort();
          for (let epoch = 0; epoch < plan.epochs; epoch++) {
            const seen = batches.filter((batch) => batch.epoch === epoch).flatMap((batch) => ids(batch.items));
            expect(seen.sort()).toEqual(all);
          }
          for (const batch of batches) {
            expect(batch.items.length).toBeGreaterThan(0);
            expect(batch.items.length).toBeLessThanOrEqual(plan.promptsPerUpdate);
          }
        }),
      );
    });
  }

  it("of a curriculum are pure and follow the order", () => {
    fc.assert(
      fc.property(planArbitrary("curriculum"), (plan) => {
        const batches = scheduleBatches(plan);
        for (const batch of batches)
          expect(new Set(batch.items.map((entry) => entry.taskId))).toEqual(new Set([batch.stage]));
        const stages = batches.map((batch) => batch.stage).filter((stage, at, list) => stage !== list[at - 1]);
        expect(stages).toEqual(plan.schedule.kind === "curriculum" ? [...plan.schedule.order] : []);
      }),
    );
  });

  for (const kind of ["joint", "curriculum", "mixed"] as const) {
    it(`of a ${kind} schedule are the same on every call and differ by seed`, () => {
      fc.assert(
        fc.property(planArbitrary(kind), (plan) => {
          expect(scheduleBatches(plan)).toEqual(scheduleBatches({ ...plan }));
        }),
      );
      const plan = {
        ...fc.sample(planArbitrary(kind), { numRuns: 1, seed: 1 })[0],
        tasks: tasksOf([30, 30]),
        seed: 1,
      } as BatchPlan;
      const schedule =
        kind === "curriculum"
          ? { kind, order: ["t0", "t1"] }
          : kind === "mixed"
            ? { kind, ratios: { t0: 1, t1: 1 } }
            : { kind };
      const order = (seed: number) =>
        scheduleBatches({ ...plan, schedule, seed })
          .flatMap((batch) => ids(batch.items))
          .join();
      expect(order(1)).not.toBe(order(2));
    });
  }

  it("of a mixed schedule hold no item twice and tend to the ratios", () => {
    const tasks = tasksOf([40, 40, 40]);
    const batches = scheduleBatches({
      tasks,
      schedule: { kind: "mixed", ratios: { t0: 0.5, t1: 0.3, t2: 0.2 } },
      promptsPerUpdate: 10,
      epochs: 5,
      seed: 3,
    });
    const counts: Record<string, number> = {};
    for (const batch of batches) {
      expect(new Set(ids(batch.items)).size).toBe(10);
      for (const entry of batch.items) counts[entry.taskId] = (counts[entry.taskId] ?? 0) + 1;
    }
    expect(counts).toEqual({ t0: 300, t1: 180, t2: 120 });
  });

  it("are pinned: this order holds on every machine", () => {
    const batches = scheduleBatches({
      tasks: tasksOf([3, 2]),
      schedule: { kind: "joint" },
      promptsPerUpdate: 2,
      epochs: 1,
      seed: 0,
    });
    expect(batches.map((batch) => ids(batch.items))).toMatchInlineSnapshot(`
      [
        [
          "t0-2",
          "t1-1",
        ],
        [
          "t1-0",
          "t0-0",
        ],
        [
          "t0-1",
        ],
      ]
    `);
  });
});
