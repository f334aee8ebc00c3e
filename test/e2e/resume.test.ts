import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "../../src/core/index.js";
import { type Ended, omni, type RunningOmni, startOmni } from "../support/omni.js";
import { childrenOf } from "../support/processes.js";

const config = `
version: 1
seed: 3
model: { base: nano }
tasks:
  - id: sums
    family: math
    data: { source: sums.jsonl, fields: { question: question, answer: answer, demonstration: demo } }
    prompt: { template: "{question}" }
  - id: words
    family: qa
    data: { source: words.jsonl, fields: { question: question, answer: answer, demonstration: demo }, style: open }
    prompt: { template: "{question}" }
    klBeta: 0.05
schedule: { kind: joint }
warmup: { demonstrationsPerTask: 8, batchSize: 4, steps: 3, lr: 1e-2 }
train: { groupSize: 4, promptsPerUpdate: 4, updatesPerRound: 2, maxUpdates: 6, lr: 1e-3, maxTokens: 24, checkpointEvery: 2 }
eval: { itemsPerTask: 4, maxTokens: 24 }
sandbox: { kind: embedded }
`;

const line = (question: string, answer: string) =>
  JSON.stringify({ question, answer, demo: `<think>so</think><answer>${answer}</answer>` });

let root = "";
let reference: { hash: string; journalLines: number };
const running: RunningOmni[] = [];

function journalLines(runDir: string): number {
  const folder = join(runDir, "journal");
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder);
  return files.reduce((sum, file) => sum + readFileSync(join(folder, file), "utf8").split("\n").length - 1, 0);
}

function summaryOf(ended: Ended): { status: string; weightsHash: string } {
  if (ended.code !== 0) throw new Error(`omni ended with ${ended.code}: ${ended.stderr.slice(-2000)}`);
  return JSON.parse(ended.stdout) as { status: string; weightsHash: string };
}

/** Resolves once the journal holds this many lines, or the process has ended. */
async function untilJournal(run: RunningOmni, runDir: string, lines: number): Promise<void> {
  let over = false;
  run.ended.then(() => {
    over = true;
  });
  while (!over && journalLines(runDir) < lines) await new Promise((resolve) => setTimeout(resolve, 5));
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "omni-resume-"));
  const pairs = Array.from({ length: 40 }, (_, n) => [`${n}+${n % 7}=`, String(n + (n % 7))] as const);
  writeFileSync(join(root, "sums.jsonl"), pairs.map(([q, a]) => line(q, a)).join("\n"));
  const words = Array.from({ length: 40 }, (_, n) => [`word ${n}?`, `w${n % 5}`] as const);
  writeFileSync(join(root, "words.jsonl"), words.map(([q, a]) => line(q, a)).join("\n"));
  writeFileSync(join(root, "omni.yaml"), config);
  const ended = await omni(["train", "omni.yaml", "--run-id", "whole", "--json"], { cwd: root });
  reference = { hash: summaryOf(ended).weightsHash, journalLines: journalLines(join(root, "runs/whole")) };
}, 300_000);

afterEach(() => {
  for (const { child } of running.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

describe("a nano run killed by SIGKILL", () => {
  const stream = randomStream("resume-test", 1);
  const points = Array.from({ length: 8 }, (_, at) => ({
    share: stream.next(),
    victim: at % 2 === 0 ? ("control plane" as const) : ("server" as const),
    id: `cut-${at}`,
  }));

  it.each(points)(
    "($victim, at $share of its journal) resumes to the weights of a run never killed",
    async (point) => {
      const runDir = join(root, "runs", point.id);
      const run = startOmni(["train", "omni.yaml", "--run-id", point.id, "--json"], { cwd: root });
      running.push(run);
      await untilJournal(run, runDir, Math.floor(point.share * reference.journalLines));
      const children = childrenOf(run.child.pid ?? 0);
      if (point.victim === "server") for (const pid of children) process.kill(pid, "SIGKILL");
      else run.child.kill("SIGKILL");
      const ended = await run.ended;
      if (point.victim === "server" && ended.code !== 0) expect(ended.stderr).toMatch(/omni resume/);
      const resumed = summaryOf(await omni(["resume", runDir, "--json"], { cwd: root }));
      expect(resumed.weightsHash).toBe(reference.hash);
      expect(resumed.status).toBe("finished");
    },
    180_000,
  );

  it("is copied with its folder and resumes there", async () => {
    const copy = join(root, "runs", "copied");
    cpSync(join(root, "runs/whole"), copy, { recursive: true });
    const resumed = summaryOf(await omni(["resume", copy, "--json"], { cwd: root }));
    expect(resumed.weightsHash).toBe(reference.hash);
  }, 120_000);
});
