import { afterEach, describe, expect, it, vi } from "vitest";
import { planRun } from "../../../src/compose/index.js";
import { loadConfig, resolveConfig } from "../../../src/config/index.js";
import { experimentPlan } from "../../../src/experiment/index.js";

afterEach(() => vi.unstubAllEnvs());

describe("the plan of an experiment", () => {
  const tasks = ["a", "b", "c", "d"].map((id) => ({ id, items: Array(10).fill(0) }));
  const config = (experiment: object) =>
    resolveConfig({
      version: 1,
      model: { base: "nano" },
      tasks: tasks.map(({ id }) => ({ id, family: "qa", data: { source: "x.jsonl" } })),
      train: { promptsPerUpdate: 4, groupSize: 8 },
      experiment,
    });

  it("counts all orders exactly: 64 stage runs of 3 updates, joint training of 10", () => {
    const plan = experimentPlan(config({ orders: { all: true } }), tasks, 100);
    expect(plan).toMatchObject({ exact: true, orders: 24, stageRuns: 64, runs: 66, updates: 64 * 3 + 10 });
    expect(plan.rollouts).toBe((64 * 10 + 40) * 8);
  });

  it("bounds what transfer will choose", () => {
    const plan = experimentPlan(
      config({ orders: { random: 2 }, updatesPerStage: 2, sft: { samples: 3, steps: 1 } }),
      tasks,
      100,
    );
    expect(plan).toMatchObject({ exact: false, orders: 4, stageRuns: 16, samples: 120 });
    expect(plan.updates).toBe(16 * 2 + 8);
  });

  it("of examples/paper.yaml needs no network: counts stand on its limits and say so", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    vi.stubEnv("OMNI_CACHE_DIR", "/nowhere");
    const { config: paper, baseDir } = await loadConfig("examples/paper.yaml", { env: { OMNI_JUDGE_API_KEY: "x" } });
    const plan = await planRun({ config: paper, baseDir });
    expect(plan.tasks.map(({ train, assumed }) => [train, assumed])).toEqual([
      [9600, true],
      [9600, true],
      [4400, true],
      [5320, true],
    ]);
    expect(plan.stages.map(({ stage, updates }) => [stage, updates])).toEqual([
      ["coding", 114],
      ["math", 114],
      ["qa", 54],
      ["writing", 63],
    ]);
    expect(plan.experiment).toMatchObject({ orders: 6, exact: false });
  });

  it("of a hub set without limit says that it cannot be reached", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    vi.stubEnv("OMNI_CACHE_DIR", "/nowhere");
    const data = { source: "hub:a/b" };
    const given = resolveConfig({ version: 1, model: { base: "nano" }, tasks: [{ id: "t", family: "math", data }] });
    await expect(planRun({ config: given, baseDir: "/" })).rejects.toThrow(/cannot be reached/);
  });
});
