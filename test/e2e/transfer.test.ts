import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openRunStore, runFolder } from "../../src/store/index.js";
import { startNanoEngine } from "../support/nano-engine.js";
import { type Moment, omni, omniKilledAt } from "../support/omni.js";

let folder: string;
let nano: Awaited<ReturnType<typeof startNanoEngine>>;

const config = (address: string) => `
version: 1
seed: 3
model: { base: nano }
engines: [{ address: "${address}" }]
tasks:
  - { id: sums, family: math, data: { source: sums.jsonl, fields: &f { demonstration: demo } }, prompt: &p { system: "", prefill: "<think></think><answer>" } }
  - { id: echo, family: qa, data: { source: echo.jsonl, fields: *f, style: open }, prompt: *p }
warmup: { demonstrationsPerTask: 24, batchSize: 8, steps: 48, lr: 5e-3 }
train: { groupSize: 4, promptsPerUpdate: 4, lr: 3e-3, maxTokens: 12, checkpointEvery: 0 }
experiment: { updatesPerStage: 2 }
eval: { itemsPerTask: 4, samples: 2, temperature: 0.8, maxTokens: 12 }
sandbox: { kind: embedded }
`;

beforeAll(async () => {
  nano = await startNanoEngine();
  folder = mkdtempSync(join(tmpdir(), "omni-transfer-"));
  // One letter to answer of three, so that a warm-up of seconds leaves something right and something to learn.
  const row = (question: string, answer: string) => JSON.stringify({ question, answer, demo: `${answer}</answer>` });
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  writeFileSync(join(folder, "sums.jsonl"), numbers.map((n) => row(`${n}+1=`, String(n % 3))).join("\n"));
  writeFileSync(join(folder, "echo.jsonl"), numbers.map((n) => row(`say ${n}`, "abc".charAt(n % 3))).join("\n"));
  writeFileSync(join(folder, "omni.yaml"), config(nano.address));
});
afterAll(async () => {
  await nano?.close();
  rmSync(folder, { recursive: true, force: true });
});

const transferFile = (id: string) => join(folder, "runs", id, "transfer.json");

/** All that the runs of a folder came to, but for how long it took: weights, accuracies, entropies, rollouts with rewards. */
function cameTo(id: string) {
  const runs = join(folder, "runs", id, "runs");
  return readdirSync(runs)
    .toSorted()
    .map((name) => {
      const store = openRunStore(runFolder(join(runs, name)), { write: false });
      const pages = readdirSync(store.folder.journal).toSorted();
      const evaluations = store.evaluations().map(({ point, result }) => ({ point, tasks: result.tasks }));
      const checkpoints = store.checkpoints().map((saved) => ({ ...saved, name: saved.name.slice(id.length) }));
      store.close();
      const rollouts = pages.map((page) => ({
        page,
        lines: readFileSync(join(store.folder.journal, page), "utf8").split("\n").toSorted(),
      }));
      return { name, checkpoints, evaluations, rollouts };
    });
}

/** In the order in which a run meets them. */
const killedAt: readonly (Moment & { readonly when: string })[] = [
  { when: "in the warm-up, a step taken but not recorded", match: "sql INSERT .* steps", nth: 12 },
  { when: "with a checkpoint saved but not recorded", match: "sql INSERT .* checkpoints" },
  { when: "with a run's folder made but no database", match: "mkdir .*seed3.sums/checkpoints" },
  { when: "in a line of a probe's rollouts", match: "write .*seed3.sums/journal/step-", nth: 7, torn: true },
  { when: "between the last step and its evaluation", match: "open .*seed3.sums/journal/eval-final" },
  { when: "in an evaluation cell", match: "write .*seed3.echo/journal/eval-final", nth: 5 },
  { when: "at the end, the file half written", match: "write .*transfer.json", torn: true },
];

it("a transfer run killed again and again gives the same matrix as one that never was", async () => {
  const run = (id: string) => ["transfer", "omni.yaml", "--run-id", id, "--json"];
  const whole = await omni(run("whole"), { cwd: folder });
  expect(whole.code, whole.stderr).toBe(0);
  for (const { when, ...moment } of killedAt) {
    const cut = await omniKilledAt(moment, run("cut"), { cwd: folder });
    expect(cut.signal, `${when}: ${cut.stderr}`).toBe("SIGKILL");
    expect(existsSync(transferFile("cut")), when).toBe(false);
  }
  const resumed = await omni(run("cut"), { cwd: folder });
  expect(resumed.code, resumed.stderr).toBe(0);

  const text = readFileSync(transferFile("whole"), "utf8");
  expect(readFileSync(transferFile("cut"), "utf8").replaceAll('"cut/', '"whole/')).toBe(text);
  expect(cameTo("cut")).toEqual(cameTo("whole"));
  // A matrix that says something: the start is neither right nor wrong throughout, and each task's training changes a cell.
  const { base, after } = JSON.parse(text) as { base: object; after: Record<string, object> };
  expect(Object.values(base).some((accuracy) => accuracy > 0 && accuracy < 1)).toBe(true);
  for (const trained of Object.values(after)) expect(trained).not.toEqual(base);

  const advised = await omni(["schedule", transferFile("cut"), "--json"], { cwd: folder });
  expect(advised.code, advised.stderr).toBe(0);
  expect(JSON.parse(advised.stdout)).toMatchObject({ scale: "fraction", orders: [{}, {}] });
}, 600_000);

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

it("refuses a single task before anything runs", async () => {
  writeFileSync(join(folder, "one.yaml"), config(nano.address).replace(/^ {2}- \{ id: echo.*\n/m, ""));
  for (const how of [["--dry-run"], ["--run-id", "one"]]) {
    const { code, stderr } = await omni(["transfer", "one.yaml", ...how], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: one.yaml:7:\d+: tasks: transfer is what .*: give two tasks or more\n$/);
  }
  expect(existsSync(join(folder, "runs", "one"))).toBe(false);
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
