import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { serverPython } from "../../support/python.js";
import { type Outcome, omni } from "./harness.js";

const home = process.cwd();
let folder: string;

const config = `version: 1
model: { base: nano }
tasks:
  - id: sums
    family: math
    data: { source: sums.jsonl, fields: { question: q, answer: a } }
train: { groupSize: 2, promptsPerUpdate: 2, maxUpdates: 2, maxTokens: 8, checkpointEvery: 1 }
eval: { itemsPerTask: 1, maxTokens: 8 }
sandbox: { kind: embedded }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-wrong-"));
  process.chdir(folder);
  const rows = Array.from({ length: 40 }, (_, i) => JSON.stringify({ q: `What is ${i} + ${i}?`, a: String(2 * i) }));
  writeFileSync("sums.jsonl", rows.join("\n"));
  writeFileSync("empty.jsonl", "\n");
  writeFileSync("broken.jsonl", `${rows[0]}\n{"q": "What is`);
  writeFileSync("omni.yaml", config);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const train = (runId: string, ...set: string[]) =>
  omni(["train", "omni.yaml", "--run-id", runId, ...set.flatMap((value) => ["--set", value])]);

/** One line, beginning `error: `, besides what was said while things were started. */
function errorOf({ stderr }: Outcome): string {
  const lines = stderr.trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith("error: "))).toHaveLength(1);
  return lines.at(-1) ?? "";
}

function nothingWritten(runId: string): void {
  expect(existsSync(join("runs", runId))).toBe(false);
}

describe("wrong data is told before anything is started, exit code 2, nothing written:", () => {
  it.each([
    [
      "a mapping to a field that is not there",
      "tasks.sums.data.fields.answer=result",
      /^error: .*sums\.jsonl:1: field "answer" \(path "result"\): the row has no "result"; it has q, a; mend data\.fields\.answer \(task "sums", /,
    ],
    [
      "a rule that is none",
      "tasks.sums.data.fields.answer={pth: a}",
      /^error: --set .*: data\.fields\.answer: unknown key "pth"; use .*; did you mean "path"\?$/,
    ],
    ["an empty data set", "tasks.sums.data.source=empty.jsonl", /^error: .*empty\.jsonl: the data set is empty/],
    ["a line that is no JSON", "tasks.sums.data.source=broken.jsonl", /^error: .*broken\.jsonl:2: /],
  ])("%s", async (_name, set, message) => {
    const outcome = await train("data", set);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr.trimEnd()).toMatch(message);
    expect(outcome.stderr.trimEnd()).not.toContain("\n");
    nothingWritten("data");
  });
});

describe("a wrong engine ends with exit code 1, its address and the remedy, nothing written:", {
  timeout: 180_000,
}, () => {
  it("nobody there", async () => {
    const outcome = await train("dead", 'engines=[{address: "127.0.0.1:9"}]');
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(errorOf(outcome)).toMatch(/no engine answers at 127\.0\.0\.1:9 .*start it, or correct "address"/);
    nothingWritten("dead");
  });

  it("one that wants another token, and one that wants a token", async () => {
    writeFileSync("token", "the-right-one-of-its-server\n", { mode: 0o600 });
    const flags = { "--listen": "127.0.0.1:0", "--address-file": "address.json", "--token-file": "token" };
    const server = spawn(
      serverPython(),
      ["-m", "omni_engine", "serve", ...Object.entries(flags).flat(), "--no-judge"],
      {
        stdio: "ignore",
      },
    );
    const address = "file:address.json";
    try {
      while (!existsSync("address.json") && server.exitCode === null) await new Promise(setImmediate);
      const wrong = await train("wrong", `engines=[{address: "${address}", token: the-wrong-one-for-this-server}]`);
      expect(wrong).toMatchObject({ code: 1, stdout: "" });
      expect(errorOf(wrong)).toContain('the token is not the one it was started with under "engines"');
      expect(wrong.stderr).not.toContain("the-wrong-one");
      const none = await train("wrong", `engines=[{address: "${address}"}]`);
      expect(none).toMatchObject({ code: 1, stdout: "" });
      expect(errorOf(none)).toContain('it wants a token: set "token" under "engines"');
      nothingWritten("wrong");
    } finally {
      server.kill();
      await once(server, "exit");
    }
  });
});

describe("a model that cannot be loaded is named with the remedy, nothing written:", { timeout: 180_000 }, () => {
  it.each([
    ["without weights", {}, /hollow.*model\.safetensors/],
    ["with pickled weights", { "pytorch_model.bin": "\x80\x02." }, /hollow.*(pickle|safetensors)/],
  ])("a folder %s", async (_name, files, message) => {
    rmSync("hollow", { recursive: true, force: true });
    mkdirSync("hollow");
    writeFileSync("hollow/config.json", JSON.stringify({ model_type: "llama" }));
    for (const [name, content] of Object.entries(files)) writeFileSync(join("hollow", name), content, "latin1");
    const outcome = await train("hollow", "model.base=./hollow");
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(errorOf(outcome)).toMatch(message);
    nothingWritten("hollow");
  });

  it("a folder that is not there", async () => {
    const outcome = await train("gone", "model.base=./gone");
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(errorOf(outcome)).toMatch(
      /^error: --set model\.base=\.\/gone: no such file or folder: \.\/gone .*; name a folder with/,
    );
    nothingWritten("gone");
  });
});

describe("what is wrong in a config file names file:line:column:", { timeout: 180_000 }, () => {
  it.each([
    ["a mapping", config.replace("answer: a }", "answer: result }"), 2, /\(task "sums", wrong\.yaml:6:\d+\)$/],
    [
      "an adapter",
      config.replace("{ base: nano }", "{ base: nano, adapter: lora }"),
      2,
      /^error: wrong\.yaml:2:\d+: model\.adapter: /,
    ],
    [
      "an address",
      `${config}engines: [{ address: host }]\n`,
      2,
      /^error: wrong\.yaml:10:\d+: engine address "host": use host:port/,
    ],
    [
      "a dead engine",
      `${config}engines: [{ address: "127.0.0.1:9" }]\n`,
      1,
      /^error: wrong\.yaml:10:\d+: no engine answers at/,
    ],
    ["a model's name", config.replace("base: nano", "base: nanoo"), 1, /^error: wrong\.yaml:2:\d+: .*nanoo/],
    [
      "a warm-up without demonstrations",
      `${config}warmup: { steps: 2 }\n`,
      2,
      /^error: wrong\.yaml:10:\d+: warmup: no task has demonstrations/,
    ],
  ])("%s", async (_name, text, code, message) => {
    writeFileSync("wrong.yaml", text);
    const outcome = await omni(["train", "wrong.yaml", "--run-id", "placed"]);
    expect(outcome).toMatchObject({ code, stdout: "" });
    expect(errorOf(outcome)).toMatch(message);
    nothingWritten("placed");
  });
});

describe("a run's own state", { timeout: 300_000 }, () => {
  it("is one process's at a time: a second run with the id is refused while and after the first is there", async () => {
    const [first, second] = await Promise.all([train("twin"), train("twin")]);
    expect([first.code, second.code].sort()).toEqual([0, 1]);
    const refused = first.code === 0 ? second : first;
    expect(errorOf(refused)).toMatch(
      /twin: this run exists; choose another --run-id, or continue it with: omni resume/,
    );
    expect(errorOf(await train("twin"))).toContain("this run exists");
  });

  it("is refused where its checkpoint became a pickle, and left as it is", async () => {
    cpSync("runs/twin", "runs/pickled", { recursive: true });
    for (const name of readdirSync("runs/pickled/checkpoints")) {
      const checkpoint = join("runs/pickled/checkpoints", name);
      for (const file of readdirSync(checkpoint)) {
        if (file.endsWith(".safetensors"))
          renameSync(join(checkpoint, file), join(checkpoint, file.replace(/safetensors$/, "bin")));
      }
    }
    const outcome = await omni(["resume", "pickled"]);
    expect(outcome.code).toBe(1);
    expect(errorOf(outcome)).toMatch(/safetensors/);
    expect(readdirSync("runs/pickled/checkpoints")).toEqual(readdirSync("runs/twin/checkpoints"));
  });

  it("survives a full disk: nothing half-written, and it resumes once there is room", async (context: TestContext) => {
    mkdirSync("small");
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", "small"], { stdio: "ignore" });
    } catch {
      context.skip("no right to mount a small disk");
    }
    try {
      const outcome = await train("full", "run.folder=small");
      expect(outcome.code).toBe(4);
      expect(outcome.stderr).toMatch(/^error: .*(disk is full|no room left).*free/m);
      expect(outcome.stderr).toMatch(/resume with: omni resume small\/full\n$/);
      expect(readdirSync("small/full/checkpoints").filter((name) => name.includes("tmp"))).toEqual([]);
      execFileSync("mount", ["-o", "remount,size=200m", join(folder, "small")]);
      const resumed = await omni(["resume", "small/full", "--json"]);
      expect(resumed.code).toBe(0);
      const whole = await omni(["train", "omni.yaml", "--run-id", "roomy", "--json"]);
      const hashOf = ({ stdout }: Outcome) => (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
      expect(hashOf(resumed)).toBe(hashOf(whole));
    } finally {
      execFileSync("umount", ["-l", join(folder, "small")]);
    }
  });
});
