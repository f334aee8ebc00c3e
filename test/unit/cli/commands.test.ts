import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type JudgeServer, type JudgeServerOptions, startJudgeServer } from "../../support/judge-server.js";
import { omni } from "./harness.js";

let folder: string;
const home = process.cwd();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-cli-"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe("omni init", () => {
  it("writes a config that plans as it stands", async () => {
    expect(await omni(["init", "fresh"])).toMatchObject({ code: 0, stdout: "fresh/omni.yaml\n" });
    const { code, stdout, stderr } = await omni(["plan", "fresh/omni.yaml", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { plan } = JSON.parse(stdout) as { plan: { tasks: { id: string; train: number; demonstrations: number }[] } };
    expect(plan.tasks.map((task) => task.id)).toEqual(["math", "qa"]);
    for (const task of plan.tasks) expect(task.demonstrations).toBe(task.train);
  });

  it("leaves a file that is there as it is, exit code 2", async () => {
    writeFileSync("omni.yaml", "mine");
    const { code, stderr } = await omni(["init"]);
    expect(code).toBe(2);
    expect(stderr).toBe("error: omni.yaml: exists already and is left as it is; name another folder: omni init DIR\n");
    expect(readFileSync("omni.yaml", "utf8")).toBe("mine");
  });
});

describe("omni plan", () => {
  const rows = Array.from({ length: 40 }, (_, i) => JSON.stringify({ q: `What is ${i} + ${i}?`, a: String(2 * i) }));
  const config = `version: 1
model: { base: nano }
tasks:
  - id: sums
    family: math
    data:
      source: sums.jsonl
      fields: { question: q, answer: a }
      split: { validation: 0, test: 0 }
train: { groupSize: 4, promptsPerUpdate: 8, maxTokens: 10 }
judge: { baseUrl: "http://localhost:9/v1", model: m, apiKey: "\${KEY}" }
`;

  beforeAll(() => {
    writeFileSync("sums.jsonl", rows.join("\n"));
    writeFileSync("plan.yaml", config);
  });

  it("counts items, updates and tokens, and starts nothing", async () => {
    const { code, stdout } = await omni(["plan", "plan.yaml", "--json"], { env: { KEY: "sk-secret" } });
    expect(code).toBe(0);
    const { plan } = JSON.parse(stdout) as { plan: { updates: number; rollouts: number; maxGeneratedTokens: number } };
    expect(plan).toMatchObject({ updates: 5, rollouts: 160, maxGeneratedTokens: 1600 });
    expect(existsSync("runs")).toBe(false);
  });

  it("says where each value comes from, and no secret", async () => {
    const { stdout } = await omni(["plan", "plan.yaml", "--set", "seed=5"], { env: { KEY: "sk-secret" } });
    expect(stdout).toContain("  train.groupSize = 4  (line 10)");
    expect(stdout).toContain("  seed = 5  (--set)");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the reference, as the config has it
    expect(stdout).toContain('judge.apiKey = "${KEY}"');
    expect(stdout).not.toContain("sk-secret");
  });

  it.each([
    [
      "a field that the data lacks",
      ["--set", "tasks.sums.data.fields.answer=solution"],
      /sums\.jsonl:1: field "answer".*has q, a/,
    ],
    [
      "a rule that is none",
      ["--set", "tasks.sums.data.fields.answer={pth: a}"],
      /^error: --set tasks\.sums\.data\.fields\.answer=\{pth: a\}: task "sums": data\.fields\.answer: unknown key "pth"/,
    ],
    [
      "an unknown placeholder",
      ["--set", 'tasks.sums.prompt.template="{quest}"'],
      /^error: --set tasks\.sums\.prompt\.template="\{quest\}": task "sums": prompt\.template: unknown placeholder \{quest\}/,
    ],
    [
      "an adapter that train refuses",
      ["--set", "model.adapter=lora"],
      /^error: --set model\.adapter=lora: model\.adapter: "lora" is not supported by the server yet; use full/,
    ],
    [
      "an engine address that is none",
      ["--set", "engines=[{address: nowhere}]"],
      /^error: --set engines=\[\{address: nowhere\}\]: engine address "nowhere": use host:port, unix:\/path or file:\/path/,
    ],
    [
      "several engines for one run",
      ["--set", "engines=[{threads: 1}, {threads: 1}]"],
      /^error: --set engines=\[\{threads: 1\}, \{threads: 1\}\]: engines: a single run takes exactly one engine/,
    ],
    ["rows that are all left out", ["--set", "tasks.sums.data.where.q=nothing"], /sums/],
  ])("names %s with place and remedy, exit code 2", async (_name, flags, message) => {
    const { code, stdout, stderr } = await omni(["plan", "plan.yaml", ...flags], { env: { KEY: "x" } });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("names an empty data set, and a config without tasks", async () => {
    writeFileSync("empty.jsonl", "");
    const empty = await omni(["plan", "plan.yaml", "--set", "tasks.0.data.source=empty.jsonl"], { env: { KEY: "x" } });
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: .*empty\.jsonl.*\n$/) });
    writeFileSync("bare.yaml", "version: 1\nmodel: { base: nano }\n");
    const bare = await omni(["train", "bare.yaml"]);
    expect(bare).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: bare.yaml:1:1: no tasks; add a section tasks, see omni init\n",
    });
  });
});

describe("omni doctor", () => {
  it("tells a server that cannot be imported with the remedy, exit code 3", async () => {
    const env = { ...process.env, OMNI_PYTHON: join(folder, "no-python") };
    const { code, stdout } = await omni(["doctor"], { env });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ok {4}node /m);
    expect(stdout).toMatch(/^ok {4}workers +builtin verifies \(\d+ ms with its start\); math-verify/m);
    expect(stdout).toMatch(/^fail {2}server .*no-python.*; omni setup$/m);
    const json = await omni(["doctor", "--json"], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([expect.objectContaining({ name: "docker" })]),
    });
  });
});

describe("omni doctor --judge", () => {
  const at = (server: JudgeServer) => ["--set", `judge.baseUrl=${server.baseUrl}`, "--set", "judge.model=m"];
  const withServer = async (options: JudgeServerOptions) => {
    const server = await startJudgeServer(options);
    onTestFinished(() => server.close());
    return server;
  };

  it("makes one comparison and says what works", async () => {
    const server = await withServer({});
    const { code, stdout } = await omni(["doctor", "--judge", ...at(server)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok {4}judge +m at http:.*\/v1 answers \(\d+ ms, 1 request\)$/m);
    expect(stdout).toMatch(/^ok {4}verdict +read; the better of two texts wins$/m);
    expect(stdout).toMatch(/^ok {4}system +the endpoint takes a system message$/m);
    expect(stdout).toMatch(/^ok {4}format +response_format json_schema works$/m);
    expect(stdout).toMatch(/^ok {4}tokens +100 \+ 10 tokens/m);
    expect(server.seen).toHaveLength(1);
  });

  it("says what does not, as JSON too", async () => {
    const server = await withServer({
      fault: () => "no-schema-400",
      withoutUsage: true,
      prefer: (a, b) => (a.length < b.length ? "A" : "B"),
    });
    const { code, stdout } = await omni(["doctor", "--judge", "--json", ...at(server)]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      checks: expect.arrayContaining([
        expect.objectContaining({ name: "verdict", status: "warn" }),
        expect.objectContaining({ name: "tokens", status: "warn" }),
      ]),
      judge: {
        outcome: "loss",
        replyMode: "text",
        systemRole: true,
        requests: 2,
        estimated: true,
        latencyMs: expect.any(Number),
      },
    });
  });

  it("fails with exit code 3 where there is no verdict, and says why", async () => {
    const server = await withServer({ fault: () => "401" });
    const { code, stdout } = await omni(["doctor", "--judge", ...at(server)]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^fail {2}judge +m at .* gave no verdict: HTTP 401: bad key.*; mend the section judge/m);
  });

  it("wants a judge", async () => {
    const { code, stderr } = await omni(["doctor", "--judge", "--set", "seed=1"]);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no judge is configured; name a config"),
    });
  });
});

describe("omni runs", () => {
  it("says that there are none and how to start one", async () => {
    expect(await omni(["runs"])).toEqual({
      code: 0,
      stdout: "no runs in runs; start one with: omni train CONFIG\n",
      stderr: "",
    });
    expect((await omni(["runs", "--json"])).stdout).toBe('{"runs":[]}\n');
  });
});
