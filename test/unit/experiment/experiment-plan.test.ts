import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { inspectData, planRun } from "../../../src/compose/index.js";
import { loadConfig, resolveConfig } from "../../../src/config/index.js";
import { evaluationBound, experimentPlan } from "../../../src/experiment/index.js";

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
    const plan = experimentPlan(config({ orders: { all: true } }), tasks, { rollouts: 100, tokens: 900 });
    expect(plan).toMatchObject({ exact: true, orders: 24, stageRuns: 64, runs: 66, updates: 64 * 3 + 10 });
    expect(plan.rollouts).toBe((64 * 10 + 40) * 8);
  });

  it("counts each task's own group size and token limit, a stage's own length, and every evaluation", () => {
    const given = resolveConfig({
      version: 1,
      model: { base: "nano" },
      tasks: [
        { id: "a", family: "qa", data: { source: "x.jsonl" }, groupSize: 2, maxTokens: 5 },
        { id: "b", family: "qa", data: { source: "x.jsonl" } },
      ],
      schedule: { kind: "curriculum", order: ["a", "b"], stages: { b: { groupSize: 3, epochs: 2, maxUpdates: 4 } } },
      train: { promptsPerUpdate: 4, groupSize: 8, maxTokens: 7 },
      experiment: { orders: { best: false, worst: false }, joint: false },
    });
    const plan = experimentPlan(given, tasks.slice(0, 2), { rollouts: 6, tokens: 60 });
    // a: 10 prompts × 2 rollouts of 5 tokens in 3 updates; b: 16 of its 20 prompts × 3 of 7 in 4.
    expect(plan).toMatchObject({ runs: 3, updates: 7, rollouts: 10 * 2 + 16 * 3 });
    const evaluations = plan.evaluationRollouts / 6;
    expect(plan.maxGeneratedTokens).toBe(10 * 2 * 5 + 16 * 3 * 7 + 60 * evaluations);
  });

  it("bounds an evaluation by each task's own items, samples and token limit", () => {
    const given = resolveConfig({
      version: 1,
      model: { base: "nano" },
      tasks: [
        { id: "a", family: "qa", data: { source: "x.jsonl" }, eval: { items: 3, samples: 2, maxTokens: 50 } },
        { id: "b", family: "qa", data: { source: "x.jsonl" }, maxTokens: 30 },
      ],
      eval: { itemsPerTask: 5, maxTokens: 10 },
    });
    expect(evaluationBound(given, { a: 100, b: 4 })).toEqual({ rollouts: 3 * 2 + 4, tokens: 3 * 2 * 50 + 4 * 30 });
  });

  it("bounds what transfer will choose", () => {
    const plan = experimentPlan(
      config({ orders: { random: 2 }, updatesPerStage: 2, sft: { samples: 3, steps: 1 } }),
      tasks,
      { rollouts: 100, tokens: 900 },
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

  it("of examples/paper.yaml takes the options and references that its head has a model make", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    vi.stubEnv("OMNI_CACHE_DIR", "/nowhere");
    const made = mkdtempSync(join(tmpdir(), "omni-paper-"));
    const lines = (of: (i: number) => object) => Array.from({ length: 40 }, (_, i) => JSON.stringify(of(i))).join("\n");
    const wrong = (i: number) => Array.from({ length: 15 }, (_, at) => `wrong ${i}.${at}`);
    const question = (i: number) => ({
      uuid: `u${i}`,
      question: `Q${i}`,
      options: ["no", "yes"],
      answer: `right ${i}`,
    });
    writeFileSync(
      join(made, "qa.jsonl"),
      lines((i) => ({ ...question(i), discipline: "x", distractors: wrong(i) })),
    );
    writeFileSync(
      join(made, "writing.jsonl"),
      lines((i) => ({ question: `Tell ${i}`, reference: `Once ${i}` })),
    );
    // The head's own words, so that they stay true.
    const head = readFileSync("examples/paper.yaml", "utf8").split("\nversion:")[0] ?? "";
    const given = [...head.matchAll(/--set (?:'([^']+)'|(tasks\S+))/g)].map((match) => match[1] ?? match[2] ?? "");
    const set = given.map((value) => value.replace(/source=/, `source=${made}/`));
    const env = { OMNI_JUDGE_API_KEY: "x" };
    const { config: paper, baseDir } = await loadConfig("examples/paper.yaml", { env, set });
    const { tasks: planned } = await planRun({ config: paper, baseDir });
    expect(planned.map(({ assumed }) => assumed)).toEqual([true, true, false, false]);
    const [qa] = await inspectData({ config: paper, baseDir, show: 1, taskId: "qa" });
    const gold = qa?.items[0]?.gold;
    expect(gold?.kind === "qa" ? gold.options : []).toHaveLength(16);
    rmSync(made, { recursive: true });
  });

  it("of a hub set without limit says that it cannot be reached", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    vi.stubEnv("OMNI_CACHE_DIR", "/nowhere");
    const data = { source: "hub:a/b" };
    const given = resolveConfig({ version: 1, model: { base: "nano" }, tasks: [{ id: "t", family: "math", data }] });
    await expect(planRun({ config: given, baseDir: "/" })).rejects.toThrow(/cannot be reached/);
  });
});
