import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ExperimentSummary,
  evalRun,
  experimentRun,
  exportRun,
  resumeRun,
  scheduleOrder,
  trainRun,
} from "../../../src/compose/index.js";
import { loadConfig } from "../../../src/config/index.js";
import { openRunStore, runFolder } from "../../../src/store/index.js";
import { startNanoEngine } from "../../support/nano-engine.js";

let folder: string;
/** One server for all experiments here: its start is most of what a tiny one takes. */
let nano: Awaited<ReturnType<typeof startNanoEngine>>;

const yaml = (address: string) => `version: 1
name: tiny
model: { base: nano }
engines: [{ address: "${address}" }]
tasks:
  - { id: sums, family: math, data: { source: sums.jsonl, split: { validation: 0.2, test: 0.2 } }, prompt: &bare { system: "", prefill: "<think></think><answer>" } }
  - { id: words, family: qa, data: { source: words.jsonl, style: open, split: { validation: 0.2, test: 0.2 } }, prompt: *bare }
warmup: { demonstrationsPerTask: 8, batchSize: 4, steps: 3, lr: 3e-3 }
train: { groupSize: 2, promptsPerUpdate: 2, lr: 1e-3, maxTokens: 8 }
eval: { itemsPerTask: 3, maxTokens: 8 }
sandbox: { kind: embedded }
experiment: { updatesPerStage: 2, merge: { density: 0.5 } }
`;

beforeAll(async () => {
  nano = await startNanoEngine();
  folder = mkdtempSync(join(tmpdir(), "omni-experiment-"));
  const rows = (of: (i: number) => object) => Array.from({ length: 30 }, (_, i) => JSON.stringify(of(i))).join("\n");
  const sums = (i: number) => ({ question: `${i}+1`, answer: String(i + 1), demonstration: `${i + 1}</answer>` });
  const words = (i: number) => ({ question: `say x${i}`, answer: `x${i}`, demonstration: `x${i}</answer>` });
  writeFileSync(join(folder, "sums.jsonl"), rows(sums));
  writeFileSync(join(folder, "words.jsonl"), rows(words));
  writeFileSync(join(folder, "omni.yaml"), yaml(nano.address));
}, 120_000);
afterAll(async () => {
  await nano?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An experiment of its own: its id also keeps its checkpoints apart on the server. */
const named = async (id: string) => {
  const { config, baseDir } = await loadConfig(join(folder, "omni.yaml"));
  return { config: { ...config, run: { folder: join(folder, "runs") } }, baseDir, id };
};

/** All that was measured, without how long it took. */
const measured = ({ report: { cost: _, name: __, ...rest } }: ExperimentSummary) => rest;
const hashAt = (runDir: string) => {
  const store = openRunStore(runFolder(runDir), { write: false });
  const hash = store.checkpoints().at(-1)?.weightsHash;
  store.close();
  return hash;
};

describe("an experiment", { timeout: 300_000 }, () => {
  let whole: ExperimentSummary;

  it("measures transfer, runs the orders that it recommends and the baselines, and writes its report", async () => {
    whole = await experimentRun(await named("whole"));
    const { report } = whole;
    expect(report.status).toBe("finished");
    expect(report.methods.map(({ kind }) => kind)).toEqual([
      "base",
      "single",
      "single",
      "merge",
      "joint",
      "curriculum",
      "curriculum",
    ]);
    expect(report.predictions.test.rows.every((row) => row.measuredScore !== null)).toBe(true);
    expect(report.cost).toMatchObject({ runs: 7, stages: 4, stagesUnshared: 4, steps: 15 });
    expect(readFileSync(whole.reportHtml, "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(readFileSync(whole.reportMarkdown, "utf8")).toContain("| sums → words");
  });

  it("leaves the transfer file that omni schedule reads, and says by it whether the order matters", async () => {
    const path = join(whole.folder, "transfer.json");
    const { file, advice } = await scheduleOrder(readFileSync(path, "utf8"), path, { top: 1, timeLimitS: 1 });
    const best = advice.exact.order.map((at) => file.table.tasks[at]);
    expect(whole.report.verdict).toMatchObject({ order: best, verdict: advice.verdict, reason: advice.reason });
    expect(whole.report.verdict?.wins.length).toBeGreaterThan(0);
    expect(readFileSync(whole.reportMarkdown, "utf8")).toContain(`Verdict on ${best.join(" → ")}, by transfer`);
  });

  it("samples completions for entropies where evaluations are greedy, and scores none of them", () => {
    const store = openRunStore(runFolder(join(whole.folder, "runs/seed0.words")), { write: false });
    const sampled = store.evaluation("entropy")?.result;
    store.close();
    const unscored = { rollouts: 3, scored: 0 };
    expect(sampled).toMatchObject({ tasks: { sums: unscored, words: unscored } });
    expect(Number.isFinite(whole.report.entropy.words?.sums)).toBe(true);
  });

  it("stage by stage ends at the weights of the curriculum run in one piece", async () => {
    const { config, baseDir } = await named("piece");
    const two = { maxUpdates: 2 };
    const order = ["words", "sums"];
    const schedule = { kind: "curriculum" as const, order, stages: { words: two, sums: two } };
    const { experiment: _, ...plain } = config;
    const { weightsHash } = await trainRun({ config: { ...plain, schedule }, baseDir, runId: "piece" });
    expect(hashAt(join(whole.folder, "runs", `seed0.${order.join(".")}`))).toBe(weightsHash);
  });

  it("leaves folders that are evaluated and exported like runs, but not resumed", async () => {
    const runDir = join(whole.folder, "runs/seed0.words");
    const { result } = await evalRun({ runDir, eval: { itemsPerTask: 1 } });
    expect(Object.keys(result.tasks)).toEqual(["sums", "words"]);
    const { files } = await exportRun({ runDir, to: join(folder, "exported") });
    expect(files.some((name) => name.endsWith(".safetensors"))).toBe(true);
    await expect(resumeRun({ runDir })).rejects.toThrow(
      /is part of .*; go on with: omni transfer .*, or omni experiment/,
    );
  });

  it("stopped in the middle and called again measures the same", async () => {
    const given = await named("cut");
    const stop = new AbortController();
    const cut = await experimentRun({
      ...given,
      stop: stop.signal,
      onNode: ({ done }) => (done === 2 ? stop.abort() : undefined),
    });
    expect(cut.report.status).toBe("stopped");
    expect(cut.report.verdict).toBeUndefined();
    const resumed = await experimentRun(given);
    expect(measured(resumed)).toEqual(measured(whole));
  });

  it("on two engines that share their checkpoints measures the same", async () => {
    const second = await startNanoEngine("second", nano.checkpoints);
    try {
      const given = await named("both");
      const engines = [...given.config.engines, { ...given.config.engines[0], address: second.address }];
      const config = { ...given.config, engines } as typeof given.config;
      const both = await experimentRun({ ...given, config });
      expect(measured(both)).toEqual(measured(whole));
      expect((await second.engine.checkpoints.list("both/")).length).toBeGreaterThan(0);
    } finally {
      await second.close();
    }
  });

  it("costs nothing once finished, and is refused for another config", async () => {
    const given = await named("whole");
    const again = await experimentRun(given);
    expect(again.report).toEqual(whole.report);
    await expect(experimentRun({ ...given, config: { ...given.config, seed: 9 } })).rejects.toThrow(
      /holds runs of another config; choose another --run-id/,
    );
  });
});
