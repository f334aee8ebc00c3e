import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { omni } from "./harness.js";

const home = process.cwd();
let folder: string;

const config = `version: 1
model: { base: nano }
tasks:
  - { id: sums, family: math, data: { source: sums.jsonl, fields: { question: q, answer: a } }, eval: { items: 1, samples: 2 } }
train: { groupSize: 2, promptsPerUpdate: 2, maxUpdates: 4, maxTokens: 8, checkpointEvery: 0 }
eval: { itemsPerTask: 1, maxTokens: 8 }
sandbox: { kind: embedded }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-cli-"));
  process.chdir(folder);
  const rows = Array.from({ length: 40 }, (_, i) => JSON.stringify({ q: `What is ${i} + ${i}?`, a: String(2 * i) }));
  writeFileSync("sums.jsonl", rows.join("\n"));
  writeFileSync("omni.yaml", config);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe("a run of nano from the command line", { timeout: 300_000 }, () => {
  it("stops at Ctrl-C with a clean save and exit code 130, and says how to resume", async () => {
    let interrupted = false;
    const { code, stderr, stdout } = await omni(["train", "omni.yaml", "--run-id", "first", "--json"], {
      onStderr: (text, interrupt) => {
        if (interrupted || !text.includes("step=1/4")) return;
        interrupted = true;
        interrupt();
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain("finishing this step, then saving");
    expect(stderr).toMatch(/stopped after a clean save; resume with: omni resume runs\/first\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ runId: "first", status: "stopped" });
    expect(readdirSync("runs/first/checkpoints").length).toBeGreaterThan(0);
  });

  it("goes on with resume, prints the report on stdout and ends with 0", async () => {
    const { code, stdout, stderr } = await omni(["resume", "first"]);
    expect(code).toBe(0);
    expect(stdout).toContain("# Run first");
    expect(stderr).toContain("step=4/4");
    const steps = readFileSync("runs/first/metrics.jsonl", "utf8")
      .split("\n")
      .filter((line) => line.includes('"kind":"step"'));
    expect(steps).toHaveLength(4);
  });

  it("is evaluated as flags say, over a task's own settings too, every response kept in a file that is named", async () => {
    const flags = ["--split", "train", "--samples", "3", "--temperature", "1", "--items", "2", "--json"];
    const { code, stdout } = await omni(["eval", "first", ...flags]);
    expect(code).toBe(0);
    const { responses, result, checkpoint } = JSON.parse(stdout);
    expect(Object.keys(result.tasks.sums.passAtK)).toEqual(["1", "2", "3"]);
    expect(readFileSync(responses, "utf8").trimEnd().split("\n")).toHaveLength(6);
    const named = await omni(["eval", "first", "--checkpoint", checkpoint, "--items", "1"]);
    expect(named.stdout).toMatch(/responses: runs\/first\/evaluations\/.*\.jsonl\n$/);
    writeFileSync("bench.yaml", config.replace("id: sums", "id: bench"));
    const bench = await omni(["eval", "first", "--on", "bench.yaml", "--items", "1", "--json"]);
    expect(Object.keys(JSON.parse(bench.stdout).result.tasks)).toEqual(["bench"]);
    const missing = await omni(["eval", "first", "--checkpoint", "none"]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/no checkpoint "none" \(there: step-/) });
  });

  it("with an id that is taken is refused with the remedy, exit code 1", async () => {
    const { code, stderr } = await omni(["train", "omni.yaml", "--run-id", "first"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: .*first: this run exists; choose another --run-id, or continue it with: omni resume .*\n$/,
    );
  });

  it("is listed, shown and exported", async () => {
    expect((await omni(["runs"])).stdout).toMatch(/^first\s+finished\s+4\s/m);
    expect((await omni(["runs", "show", "first"])).stdout).toContain("first: finished, 4 steps, in runs/first");
    const exported = await omni(["export", "first", "--to", "model", "--json"]);
    expect(exported.code).toBe(0);
    expect(readdirSync("model").some((name) => name.endsWith(".safetensors"))).toBe(true);
    const again = await omni(["export", "first", "--to", "model"]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/not empty; choose another folder\n$/) });
  });

  it("whose engine is not there ends with exit code 1, naming address and remedy", async () => {
    const engines = 'engines=[{address: "127.0.0.1:9"}]';
    const { code, stdout, stderr } = await omni(["train", "omni.yaml", "--run-id", "dead", "--set", engines]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^error: --set engines=.*: no engine answers at 127\.0\.0\.1:9 .*start it, or correct "address"/,
    );
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
