import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExperimentSummary } from "../../src/compose/index.js";
import { startNanoEngine } from "../support/nano-engine.js";
import { omni, omniKilledAt } from "../support/omni.js";

let folder: string;
let nano: Awaited<ReturnType<typeof startNanoEngine>>;

const config = (address: string) => `
version: 1
model: { base: nano }
engines: [{ address: "${address}" }]
tasks:
  - { id: sums, family: math, data: { source: sums.jsonl, fields: &f { demonstration: demo }, split: &s { validation: 0.2, test: 0.2 } }, prompt: &p { system: "", prefill: "<think></think><answer>" } }
  - { id: echo, family: qa, data: { source: echo.jsonl, fields: *f, split: *s, style: open }, prompt: *p }
warmup: { demonstrationsPerTask: 8, batchSize: 8, steps: 24, lr: 1e-2 }
train: { groupSize: 4, promptsPerUpdate: 4, lr: 1e-3, maxTokens: 12 }
eval: { itemsPerTask: 4, maxTokens: 12 }
sandbox: { kind: embedded }
experiment:
  updatesPerStage: 1
  merge: { density: 0.5 }
  sft: { samples: 6, keepPerPrompt: 2, batchSize: 8, steps: 2, lr: 1e-3 }
`;

beforeAll(async () => {
  nano = await startNanoEngine();
  folder = mkdtempSync(join(tmpdir(), "omni-experiment-"));
  // One letter to answer, so that a warm-up of seconds leaves some answers right: what rejection sampling keeps.
  const row = (question: string, answer: string) => JSON.stringify({ question, answer, demo: `${answer}</answer>` });
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  writeFileSync(join(folder, "sums.jsonl"), numbers.map((n) => row(`${n}-${n}=`, "0")).join("\n"));
  writeFileSync(join(folder, "echo.jsonl"), numbers.map((n) => row(`say a ${n}`, "a")).join("\n"));
  writeFileSync(join(folder, "omni.yaml"), config(nano.address));
}, 120_000);
afterAll(async () => {
  await nano?.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (id: string, ...more: string[]) => ["experiment", "omni.yaml", "--run-id", id, ...more];
const folderOf = (id: string) => join(folder, "runs", id);

/** Runs of an experiment that have begun. */
function begun(id: string): number {
  const runs = join(folderOf(id), "runs");
  return existsSync(runs) ? readdirSync(runs).length : 0;
}

/** All that was measured, without its name and how long it took. */
const measured = (stdout: string) => {
  const { name: _, cost: __, ...rest } = (JSON.parse(stdout) as ExperimentSummary).report;
  return rest;
};

describe("omni experiment", { timeout: 300_000 }, () => {
  it("tells beforehand what it comes to and starts nothing", async () => {
    const { code, stdout } = await omni(run("dry", "--dry-run", "--json"), { cwd: folder });
    expect(code).toBe(0);
    const plan = await omni(["plan", "omni.yaml", "--json"], { cwd: folder });
    const { tasks } = JSON.parse(plan.stdout).plan as { tasks: { train: number }[] };
    const prompts = tasks.reduce((sum, { train }) => sum + train, 0);
    // θ0, two probes, a second stage of each order, joint, SFT, merge.
    expect(JSON.parse(stdout)).toMatchObject({ runs: 8, orders: 2, stageRuns: 4, samples: 6 * prompts });
    expect(existsSync(folderOf("dry"))).toBe(false);
    const text = await omni(run("dry", "--dry-run"), { cwd: folder });
    expect(text.stdout).toMatch(/at most 8 runs, 4 of them stages/);
  });

  it("killed again and again ends with the result of one that was not", async () => {
    const whole = await omni(run("whole", "--json"), { cwd: folder });
    expect(whole.code, whole.stderr).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ report: { status: "finished", cost: { runs: 8 } } });

    const killedAt = [
      { match: "write .*[.]sums[.]echo/journal/step-", nth: 3, torn: true },
      { match: "write .*[.]sft/journal/", nth: 40 },
      { match: "open .*[.]merge/journal/eval-final" },
      { match: "write .*report.html", torn: true },
    ] as const;
    for (const moment of killedAt) {
      const cut = await omniKilledAt(moment, run("cut"), { cwd: folder });
      expect(cut.signal, `${moment.match}: ${cut.stderr}`).toBe("SIGKILL");
      expect(existsSync(join(folderOf("cut"), "report.html"))).toBe(false);
    }

    const resumed = await omni(run("cut", "--json"), { cwd: folder });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(measured(resumed.stdout)).toEqual(measured(whole.stdout));
    expect(begun("cut")).toBe(8);
    const methods = readFileSync(join(folderOf("cut"), "report.md"), "utf8");
    for (const name of ["SFT (rejection sampling)", "merged (TIES)", "joint"]) expect(methods).toContain(`| ${name} |`);
  });
});
