import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { omni, startOmni } from "../support/omni.js";
import { childrenOf } from "../support/processes.js";

let folder: string;

const config = `
version: 1
seed: 3
model: { base: nano }
tasks:
  - { id: sums, family: math, data: { source: sums.jsonl, fields: { demonstration: demo } }, prompt: { template: "{question}" } }
  - { id: echo, family: qa, data: { source: echo.jsonl, fields: { demonstration: demo }, style: open }, prompt: { template: "{question}" } }
warmup: { demonstrationsPerTask: 8, batchSize: 4, steps: 3, lr: 1e-2 }
train: { groupSize: 4, promptsPerUpdate: 4, lr: 1e-3, maxTokens: 24, checkpointEvery: 0 }
experiment: { updatesPerStage: 2 }
eval: { itemsPerTask: 3, maxTokens: 24 }
sandbox: { kind: embedded }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-transfer-"));
  const row = (question: string, answer: string) =>
    JSON.stringify({ question, answer, demo: `<think>so</think><answer>${answer}</answer>` });
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  writeFileSync(join(folder, "sums.jsonl"), numbers.map((n) => row(`${n}+1=`, String(n + 1))).join("\n"));
  writeFileSync(join(folder, "echo.jsonl"), numbers.map((n) => row(`say w${n % 9}${n}`, `w${n % 9}${n}`)).join("\n"));
  writeFileSync(join(folder, "omni.yaml"), config);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const transferFile = (id: string) => join(folder, "runs", id, "transfer.json");

/** Lines of all journals of an experiment's runs. */
function journaled(id: string): number {
  const runs = join(folder, "runs", id, "runs");
  if (!existsSync(runs)) return 0;
  const pages = readdirSync(runs, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".jsonl") && file.includes("journal"),
  );
  return pages.reduce((sum, page) => sum + readFileSync(join(runs, page), "utf8").split("\n").length - 1, 0);
}

it("a transfer run killed in the middle and resumed gives the same matrix as one that was not", async () => {
  const whole = await omni(["transfer", "omni.yaml", "--run-id", "whole", "--json"], { cwd: folder });
  expect(whole.code, whole.stderr).toBe(0);
  const middle = Math.floor(0.6 * journaled("whole"));

  const cut = startOmni(["transfer", "omni.yaml", "--run-id", "cut"], { cwd: folder });
  let over = false;
  cut.ended.then(() => {
    over = true;
  });
  while (!over && journaled("cut") < middle) await new Promise((resolve) => setTimeout(resolve, 5));
  const children = childrenOf(cut.child.pid ?? 0);
  cut.child.kill("SIGKILL");
  await cut.ended;
  expect(existsSync(transferFile("cut"))).toBe(false);
  expect(children.length).toBeGreaterThan(0);

  const resumed = await omni(["transfer", "omni.yaml", "--run-id", "cut", "--json"], { cwd: folder });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(readFileSync(transferFile("cut"), "utf8")).toBe(readFileSync(transferFile("whole"), "utf8"));

  const advised = await omni(["schedule", transferFile("cut"), "--json"], { cwd: folder });
  expect(advised.code, advised.stderr).toBe(0);
  expect(JSON.parse(advised.stdout)).toMatchObject({ scale: "fraction", orders: [{}, {}] });
}, 300_000);

it("a run with order: auto takes the order that the probes show, and keeps it when it goes on", async () => {
  const auto = [
    "--set",
    "schedule={kind: curriculum, order: auto, transfer: runs/whole}",
    "--set",
    "train.maxUpdates=1",
  ];
  const train = await omni(["train", "omni.yaml", "--run-id", "auto", ...auto], { cwd: folder });
  expect(train.code, train.stderr).toBe(0);
  const advised = await omni(["schedule", transferFile("whole"), "--json"], { cwd: folder });
  const { order } = JSON.parse(advised.stdout).exact;
  const said = `order ${order.join(" → ")} from ${transferFile("whole")}`;
  expect(train.stderr).toContain(said);
  expect(train.stdout).toContain(`Schedule: ${said}`);
  const config = join(folder, "runs", "auto", "config.yaml");
  expect(readFileSync(config, "utf8")).toContain(`  order:\n    - ${order[0]}\n    - ${order[1]}\n  settled:\n`);
  const resumed = await omni(["resume", "auto", "--json"], { cwd: folder });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(JSON.parse(resumed.stdout).report).toContain(`Schedule: ${said}`);

  const other = [...auto, "--set", "tasks.sums.reward.format=0.5"];
  const refused = await omni(["train", "omni.yaml", "--run-id", "other", ...other], { cwd: folder });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('was measured with another reward of task "sums"');
  expect(existsSync(join(folder, "runs", "other"))).toBe(false);
}, 300_000);

it("tells its cost beforehand and starts nothing", async () => {
  const { code, stdout } = await omni(["transfer", "omni.yaml", "--dry-run", "--run-id", "dry", "--json"], {
    cwd: folder,
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ runs: 3, evaluationCells: 6, updates: 4 });
  expect(existsSync(join(folder, "runs", "dry"))).toBe(false);
});

it("a resume of one of its runs, or of all, names the command that goes on with them", async () => {
  for (const run of ["runs/whole", "runs/whole/runs/base"]) {
    const { code, stderr } = await omni(["resume", run], { cwd: folder });
    expect(code).toBe(1);
    const config = join(folder, "runs", "whole", "config.yaml");
    expect(stderr).toContain(`go on with: omni transfer ${config} --run-id whole (probes alone), or omni experiment`);
  }
});

it("a folder that holds the probes of another config is refused with the remedy", async () => {
  const other = await omni(["transfer", "omni.yaml", "--run-id", "whole", "--set", "seed=4"], { cwd: folder });
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(
    /^error: .*whole: holds runs of another config; choose another --run-id, or remove it\n$/,
  );
});
