import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExperimentSummary, experimentRun } from "../../../src/compose/index.js";
import { loadConfig } from "../../../src/config/index.js";
import type { Rollout } from "../../../src/core/index.js";
import { openRunStore, runFolder } from "../../../src/store/index.js";
import type { StepMetrics } from "../../../src/telemetry/index.js";
import { type JudgeServer, quoted, startJudgeServer } from "../../support/judge-server.js";
import { startNanoEngine } from "../../support/nano-engine.js";

let folder: string;
let judge: JudgeServer;
let nano: Awaited<ReturnType<typeof startNanoEngine>>;
let summary: ExperimentSummary;

// Warmed up just enough to close its answers. A stage's length and temperature are settings of the task quiz; what the ablations make of it must keep them.
const yaml = () => `version: 1
name: ablations
model: { base: nano }
engines: [{ address: "${nano.address}" }]
tasks:
  - { id: quiz, family: qa, data: { source: quiz.jsonl, split: &split { validation: 0.2, test: 0.2 } }, prompt: &bare { system: "", prefill: "<think></think><answer>" } }
  - { id: story, family: writing, data: { source: story.jsonl, fields: { reference: short }, split: *split }, prompt: *bare, reward: { writing: 1 } }
warmup: { demonstrationsPerTask: 16, batchSize: 8, steps: 60, lr: 3e-3, decay: cosine }
train: { groupSize: 2, promptsPerUpdate: 2, lr: 1e-5, maxTokens: 16 }
schedule: { kind: curriculum, order: [quiz, story], stages: { quiz: { maxUpdates: 1, temperature: 0.9 } } }
eval: { itemsPerTask: 3, samples: 2, maxTokens: 16 }
sandbox: { kind: embedded }
judge: { baseUrl: "${judge.baseUrl}", model: longest }
experiment:
  updatesPerStage: 2
  orders: { best: false, worst: false, list: [[quiz, story]] }
  joint: false
  temperatures: [{ task: quiz, values: [0.5] }]
  formats: { task: quiz, styles: [full-text, letter] }
  references: { task: story, fields: { short: short, long: long } }
`;

beforeAll(async () => {
  nano = await startNanoEngine();
  judge = await startJudgeServer();
  folder = mkdtempSync(join(tmpdir(), "omni-ablations-"));
  const rows = (of: (i: number) => object) => Array.from({ length: 60 }, (_, i) => JSON.stringify(of(i))).join("\n");
  const ended = { demonstration: "once</answer>" };
  const quiz = (i: number) => ({
    question: `pick ${i}`,
    answer: "once",
    options: ["once", "twice", "never"],
    ...ended,
  });
  const story = (i: number) => ({ question: `tell ${i}`, short: ".", long: "once upon a time ".repeat(20), ...ended });
  writeFileSync(join(folder, "quiz.jsonl"), rows(quiz));
  writeFileSync(join(folder, "story.jsonl"), rows(story));
  writeFileSync(join(folder, "omni.yaml"), yaml());
  const { config, baseDir } = await loadConfig(join(folder, "omni.yaml"));
  summary = await experimentRun({
    config: { ...config, run: { folder: join(folder, "runs") } },
    baseDir,
    id: "ablations",
  });
}, 300_000);
afterAll(async () => {
  await nano?.close();
  await judge?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a run of the experiment has in its folder. */
function stored(id: string) {
  const dir = join(summary.folder, "runs", id);
  const store = openRunStore(runFolder(dir), { write: false });
  try {
    const steps = store.steps().map(({ metrics }) => metrics as unknown as StepMetrics);
    const points = Object.fromEntries(store.evaluations().map(({ point, result }) => [point, result.tasks]));
    const page = store.journal("eval-formats");
    const asked = [...page.rollouts.values()];
    page.close();
    return { steps, points, asked };
  } finally {
    store.close();
  }
}

const means = (cells: readonly ({ readonly mean: number } | null)[]) => cells.map((cell) => cell?.mean ?? null);

describe("ablations of an experiment", () => {
  it("train a task in each answer format and ask it in each (Fig. 3)", () => {
    const { formats } = summary.report;
    expect(formats.columns).toEqual(["asked full-text", "asked letter"]);
    expect(formats.rows.map(({ name }) => name)).toEqual(["trained full-text", "trained letter"]);
    // The model says "once": right in words, and no letter.
    for (const { cells } of formats.rows) {
      const [words = null, letters = null] = means(cells);
      expect(words).toBeGreaterThan(0.5);
      expect(letters).toBe(0);
    }
    for (const style of ["full-text", "letter"]) {
      const { steps, points, asked } = stored(`seed0.quiz--${style}`);
      expect(Object.keys(points.formats ?? {})).toEqual(["quiz--full-text", "quiz--letter"]);
      // Three items, two samples, in either format.
      expect(asked.map(({ taskId }: Rollout) => taskId).filter((id) => id === "quiz--letter")).toHaveLength(6);
      // The stage's own bound, not `updatesPerStage`.
      expect(steps.map(({ stage }) => stage)).toEqual([`quiz--${style}`]);
    }
  });

  it("train at other temperatures and ask greedily, once an item (Table 2)", () => {
    const { temperatures } = summary.report;
    expect(temperatures.columns).toEqual(["quiz", "story"]);
    expect(temperatures.rows.map(({ name }) => name)).toEqual(["quiz trained at T 0.5"]);
    const { steps, points } = stored("seed0.quiz.T0.5");
    expect(steps).toHaveLength(1);
    expect(points.greedy).toMatchObject({ quiz: { rollouts: 3 }, story: { rollouts: 3 } });
    expect(points.final).toMatchObject({ quiz: { rollouts: 6 }, story: { rollouts: 6 } });
  });

  it("judge every method's writing against each reference (Tables 6–7)", () => {
    const { references } = summary.report;
    expect(references.columns).toEqual(["short", "long"]);
    expect(references.rows.map(({ name }) => name)).toEqual(["base", "only quiz", "only story", "quiz → story"]);
    // The judge prefers the longer text.
    for (const { cells } of references.rows) {
      const [short = null, long = null] = means(cells);
      expect(short).toBeGreaterThan(0.5);
      expect(long).toBe(0);
    }
    const shown = judge.seen.flatMap((request) => [quoted(request, "RESPONSE A"), quoted(request, "RESPONSE B")]);
    expect(shown.filter((text) => text.startsWith("once upon a time")).length).toBeGreaterThanOrEqual(3);
  });

  it("are in both reports", () => {
    for (const file of ["report.md", "report.html"]) {
      const text = readFileSync(join(summary.folder, file), "utf8");
      for (const name of ["trained letter", "quiz trained at T 0.5", "Tables 6–7"]) expect(text).toContain(name);
    }
  });
});
