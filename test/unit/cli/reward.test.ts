import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type JudgeServer, startJudgeServer } from "../../support/judge-server.js";
import { omni } from "./harness.js";

let folder: string;
let server: JudgeServer;
const home = process.cwd();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "omni-reward-"));
  process.chdir(folder);
  server = await startJudgeServer();
});
afterAll(async () => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

const tagged = (answer: string) => `<think>Let me see.</think><answer>${answer}</answer>`;
const jsonl = (rows: readonly unknown[]) =>
  rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n");

interface Line {
  readonly id: string | number | null;
  readonly total: number | null;
  readonly components: Readonly<Record<string, { value: number | null; weight: number; reason?: string }>>;
  readonly error?: { readonly code: string; readonly message: string };
}

async function score(family: string, rows: readonly unknown[], ...flags: string[]) {
  const argv = ["reward", family, "--input", "-", "--json", ...flags];
  const { code, stdout, stderr } = await omni(argv, { stdin: [jsonl(rows)] });
  const lines = stdout.split("\n").filter(Boolean);
  return { code, stderr, lines: lines.map((line) => JSON.parse(line) as Line) };
}

describe("omni reward", () => {
  it("gives each line its total and unweighted components, in the order of the input", async () => {
    const { code, lines } = await score("math", [
      { id: 1, response: tagged("0.5"), answer: "\\frac12" },
      { id: "two", response: tagged("0.4"), answer: 0.5 },
      { id: "no tags", response: "0.5", answer: "1/2", prompt: "Half of one?" },
      { id: "no gold", response: tagged("1"), answer: "" },
    ]);
    expect(code).toBe(0);
    expect(lines.map((line) => [line.id, line.total === null ? null : Number(line.total.toFixed(6))])).toEqual([
      [1, 1.2],
      ["two", 0.2],
      ["no tags", 0],
      ["no gold", null],
    ]);
    expect(lines[0]?.components).toEqual({
      math: { value: 1, weight: 1 },
      format: { value: 1, weight: 0.1 },
      tags: { value: 1, weight: 0.1 },
    });
    expect(lines[3]?.components.math).toMatchObject({ value: null, reason: expect.stringMatching(/\w/) });
  });

  it("takes the response itself as the answer with --raw, and scores the primary component only", async () => {
    const rows = [
      { id: "a", response: "the Mona Lisa", answers: ["Mona Lisa"] },
      { id: "b", response: "<answer>Mona Lisa</answer>", answers: ["Mona Lisa"] },
    ];
    const { lines } = await score("qa", rows, "--raw");
    expect(lines).toEqual([
      { id: "a", total: 1, components: { qa: { value: 1, weight: 1 } } },
      { id: "b", total: 0, components: { qa: { value: 0, weight: 1, reason: "not an accepted answer" } } },
    ]);
  });

  it("reads options for letters, and a prefilled prompt as the response's start", async () => {
    const prompt = [
      { role: "user", content: "Which?" },
      { role: "assistant", content: "<think>" },
    ];
    const row = {
      id: 1,
      prompt,
      response: "so</think><answer>B</answer>",
      answers: ["Rome"],
      options: ["Oslo", "Rome"],
    };
    const { lines } = await score("qa", [row], "--style", "letter");
    expect(lines[0]?.total).toBeCloseTo(1.2);
    const without = await score("qa", [{ ...row, options: undefined }], "--style", "letter");
    expect(without.code).toBe(1);
    expect(without.lines[0]?.error?.message).toContain('stdin:1: field "options" is missing');
  });

  it("runs programs against the three kinds of tests; an item without tests is null, which is no mistake", async () => {
    const program = "a, b = map(int, input().split())\nprint(a + b)";
    const rows = [
      { id: 1, response: program, tests: { kind: "stdio", cases: [{ stdin: "1 2", stdout: "3" }] } },
      { id: 2, response: "def f(x): return x", tests: { kind: "asserts", code: "assert f(1) == 2" } },
      { id: 3, response: "def f(x): return x" },
      { id: 4, response: "x = 1", tests: { kind: "stdio", cases: [] } },
    ];
    const { code, lines, stderr } = await score("code", rows, "--raw", "--set", "sandbox.kind=embedded");
    expect({ code, values: lines.map((line) => line.components.code?.value) }).toEqual({
      code: 0,
      values: [1, 0, null, null],
    });
    expect(stderr).toContain("4 lines, 2 undefined");
  });

  it("asks the judge of a config or of flags, and tells what it cost", async () => {
    const rows = [
      { id: "a", prompt: "Write.", response: tagged("A long and lovely text."), reference: "Short." },
      { id: "b", prompt: "Write.", response: tagged("Short."), reference: "A long and lovely text." },
      { id: "c", prompt: "Write.", response: "nothing", reference: "x" },
    ];
    const flags = ["--set", `judge.baseUrl=${server.baseUrl}`, "--set", "judge.model=m", "--set", "judge.cache=off"];
    const { code, lines, stderr } = await score("writing", rows, ...flags);
    expect({ code, values: lines.map((line) => line.components.writing?.value) }).toEqual({
      code: 0,
      values: [1, 0, 0],
    });
    expect(stderr).toMatch(/judge: 2 comparisons, 2 requests, 0 undefined, 200 \+ 20 tokens/);
  });

  it("fails, saying why, where the judge judged no line, and not where it judged one", async () => {
    const refusing = await startJudgeServer({ fault: (n) => (n === 2 ? undefined : "401") });
    onTestFinished(() => refusing.close());
    const row = { prompt: "Write.", response: tagged("A long and lovely text."), reference: "Short." };
    const settings = [`baseUrl=${refusing.baseUrl}`, "model=m", "cache=off", "maxConcurrency=1"];
    const flags = settings.flatMap((setting) => ["--set", `judge.${setting}`]);
    const none = await score(
      "writing",
      [
        { id: 1, ...row },
        { id: 2, ...row },
      ],
      ...flags,
    );
    expect({ code: none.code, values: none.lines.map(({ total }) => total) }).toEqual({
      code: 1,
      values: [null, null],
    });
    expect(none.stderr).toMatch(
      /error: nothing was judged, all lines are undefined \(first: HTTP 401: bad key.*omni doctor --judge/,
    );
    const one = await score(
      "writing",
      [
        { id: 1, ...row },
        { id: 2, ...row },
      ],
      ...flags,
    );
    expect(one.code).toBe(0);
  });

  it("holds a program to its line's own limits", async () => {
    const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "1" }] };
    const slow = "import time\ntime.sleep(2)\nprint(1)";
    const rows = [
      { id: 1, response: slow, tests, limits: { wall_s: 0.5 } },
      { id: 2, response: "print(1)", tests },
    ];
    const { code, lines } = await score("code", rows, "--raw", "--set", "sandbox.kind=embedded");
    expect({ code, values: lines.map((line) => line.components.code?.value) }).toEqual({ code: 0, values: [0, 1] });
    expect(lines[0]?.components.code?.reason).toMatch(/time limit/);
  });

  it("judges a line by its own rubric, and the others by the config's", async () => {
    const row = { prompt: "Write.", response: "A long and lovely text.", reference: "Short." };
    const flags = ["--set", `judge.baseUrl=${server.baseUrl}`, "--set", "judge.model=m", "--set", "judge.cache=off"];
    const before = server.seen.length;
    await score(
      "writing",
      [
        { id: 1, ...row, rubric: "Only rhyme counts." },
        { id: 2, ...row },
      ],
      "--raw",
      ...flags,
    );
    const asked = server.seen.slice(before).map(({ body }) => JSON.stringify(body.messages));
    expect(asked.map((text) => text.includes("Only rhyme counts."))).toEqual([true, false]);
  });

  it("takes an answer near a decimal gold with --tolerance alone, near a whole number never", async () => {
    const rows = [
      { id: 1, response: tagged("2\\sqrt3"), answer: "3.46" },
      { id: 2, response: tagged("3.464"), answer: "3.46" },
      { id: 3, response: tagged("301"), answer: "300" },
    ];
    const values = async (...flags: string[]) =>
      (await score("math", rows, ...flags)).lines.map(({ components }) => components.math?.value);
    expect(await values()).toEqual([0, 0, 0]);
    expect(await values("--tolerance", "gold-digits")).toEqual([1, 1, 0]);
    expect(await values("--tolerance", "0.01")).toEqual([1, 1, 0]);
  });

  it("takes a box outside the tags with --boxed-outside alone", async () => {
    const rows = [{ id: 1, response: "so \\boxed{2}", answer: "2" }];
    const values = async (...flags: string[]) => (await score("math", rows, ...flags)).lines[0]?.components.math?.value;
    expect([await values(), await values("--boxed-outside")]).toEqual([0, 1]);
  });

  it("names where the two verifiers disagree, which changes no value", async () => {
    const rows = [
      { id: 1, response: "6.63e-34", answer: "1.6e-19" },
      { id: 2, response: "2", answer: "2" },
      { id: 3, response: "0.333333", answer: "1/3" },
    ];
    const alone = await score("math", rows, "--raw");
    const both = await score("math", rows, "--raw", "--compare-verifiers");
    expect(both.lines).toEqual(alone.lines);
    expect(alone.stderr).not.toContain("disagree");
    expect(both.stderr).toMatch(/math verifiers disagree on ".+" for ".+": builtin says \w+, math-verify says \w+/);
  }, 120_000);

  it("takes weights from a task of a config", async () => {
    const config = `version: 1
model: { base: nano }
tasks:
  - { id: sums, family: math, data: { source: sums.jsonl }, reward: { math: 0.5, format: 0, tags: 0 } }
`;
    writeFileSync("sums.jsonl", jsonl([{ question: "1 + 1?", answer: "2" }]));
    writeFileSync("omni.yaml", config);
    const { lines } = await score(
      "math",
      [{ id: 1, response: tagged("2"), answer: "2" }],
      "--config",
      "omni.yaml",
      "--task",
      "sums",
    );
    expect(lines[0]?.total).toBe(0.5);
  });
});

describe("a wrong line", () => {
  const rows = [
    { id: 1, response: "1", answer: "1" },
    "{nope",
    { id: 3, respons: "1", answer: "1" },
    { id: 4, response: "1", tests: { kind: "asserts", code: "assert True" } },
    { id: 5, response: "1", answer: "1", family: "qa" },
    { response: "1", answer: "1" },
    [],
    { id: 8, response: 1, answer: "1" },
    { id: 9, response: "2", answer: "1" },
  ];
  const messages = [
    /stdin:2: not JSON \(.*\); each line must be one JSON object/,
    /stdin:3: field "response" is missing; did you mean "respons"\?/,
    /stdin:4: field "answer" is missing; this looks like a line of family code/,
    /stdin:5: family is "qa", but the lines are scored as math/,
    /stdin:6: field "id" is missing/,
    /stdin:7: a JSON object is expected, not a list/,
    /stdin:8: field "response" must be a text, not a number/,
  ];

  it("is named and keeps its place; the others are scored, and the exit code is 1 with a count", async () => {
    const { code, lines, stderr } = await score("math", rows, "--raw");
    expect(code).toBe(1);
    expect(lines.map((line) => line.id)).toEqual([1, null, 3, 4, 5, null, null, 8, 9]);
    expect(lines.map((line) => line.total)).toEqual([1, null, null, null, null, null, null, null, 0]);
    messages.forEach((message, at) => {
      expect(lines[at + 1]?.error?.message).toMatch(message);
      expect(lines[at + 1]?.components.math?.value).toBe(null);
      expect(stderr).toMatch(message);
    });
    expect(stderr).toContain("9 lines, 7 wrong");
  });

  it("says of null that it is null, and does not offer the name that was given", async () => {
    const { lines } = await score("math", [{ id: 1, response: "1", answer: null }], "--raw");
    expect(lines[0]?.error?.message).toBe('stdin:1: field "answer" is null; it must be a text or a number');
  });

  it("with a unit that nobody knows is named and counted, though it is scored by the gold's own word", async () => {
    const acres = [
      { id: 1, response: "5 blorps", answer: "5 blorps" },
      { id: 2, response: "5 m", answer: "5 blorps" },
      { id: 3, response: "500 \\text{ cm}", answer: "5 \\text{ m}" },
      { id: 4, response: "5", answer: "5 student" },
    ];
    const { code, lines, stderr } = await score("math", acres, "--raw");
    expect({ code, totals: lines.map((line) => line.total) }).toEqual({ code: 1, totals: [1, 0, 1, 1] });
    expect(lines.map((line) => line.error?.code)).toEqual(["unknown_unit", "unknown_unit", undefined, undefined]);
    expect(stderr).toMatch(/stdin:1: field "answer" has the unknown unit "blorp"; .+leave it out/);
    expect(stderr).toContain("4 lines, 2 wrong");
    const strict = await score("math", acres, "--raw", "--strict");
    expect({ code: strict.code, ids: strict.lines.map((line) => line.id) }).toEqual({ code: 1, ids: [1] });
  });

  it.each([
    [{ limits: { walls: 1 } }, /stdin:1: unknown limit "walls"; use wall_s,/],
    [{ limits: { wall_s: "1" } }, /stdin:1: field "limits" must hold numbers above 0/],
    [{ limits: 3 }, /stdin:1: field "limits" must be an object/],
  ])("of limits %j says what they may be", async (limits, message) => {
    const tests = { kind: "asserts", code: "assert True" };
    const { lines } = await score(
      "code",
      [{ id: 1, response: "", tests, ...limits }],
      "--set",
      "sandbox.kind=embedded",
    );
    expect(lines[0]?.error?.message).toMatch(message);
  });

  it("holds a number that reading it would round", async () => {
    const big = '{"id": 1, "response": "x", "answer": 123456789012345678901}';
    const { lines } = await score(
      "math",
      [big, '{"id": 12345678901234567890, "response": "x", "answer": "1"}'],
      "--raw",
    );
    expect(lines.map((line) => line.id)).toEqual([1, null]);
    for (const line of lines)
      expect(line.error?.message).toMatch(/is a number that reading JSON rounds; write it as a text$/);
  });

  it("ends it with --strict", async () => {
    const { code, lines, stderr } = await score("math", rows, "--raw", "--strict");
    expect({ code, ids: lines.map((line) => line.id) }).toEqual({ code: 1, ids: [1, null] });
    expect(stderr).toContain("stopped there (--strict)");
  });

  it("of tests names the shapes there are", async () => {
    const { lines } = await score(
      "code",
      [{ id: 1, response: "x", tests: { kind: "pytest" } }],
      "--raw",
      "--set",
      "sandbox.kind=embedded",
    );
    expect(lines[0]?.error?.message).toMatch(/stdin:1: field "tests" is an object of unknown shape; use \{kind: stdio/);
  });
});

it("of one's own that does not find the package says how to get it there", async () => {
  writeFileSync(
    "lost.mjs",
    'import { defineReward } from "omni-thinker";\nexport default defineReward("a", () => 1);\n',
  );
  const { code, stderr } = await omni(["reward", "lost.mjs", "--input", "-"]);
  expect(code).toBe(2);
  expect(stderr).toContain("; beside it run: npm install omni-thinker");
});

describe("wrong usage of omni reward", () => {
  it.each([
    [["mth", "--input", "-"], /unknown family "mth"; did you mean "math"\?/],
    [["math", "--input", "none.jsonl"], /none\.jsonl: no such file/],
    [["writing", "--input", "-"], /writing needs a judge: --config FILE/],
    [["./none.mjs", "--input", "-"], /none\.mjs: cannot be loaded/],
    [["math", "--input", "-", "--set", "sandbox.kindd=docker"], /--set sandbox\.kindd=docker: unknown key "kindd"/],
    [["qa", "--input", "-", "--verifier", "math-verify"], /--verifier is for math, not for qa; leave it out/],
    [["code", "--input", "-", "--boxed-outside"], /--boxed-outside is for math and qa, not for code/],
    [["qa", "--input", "-", "--tolerance", "0.01"], /--tolerance is for math, not for qa; leave it out/],
    [
      ["math", "--input", "-", "--tolerance", "1"],
      /--tolerance 1: give gold-digits, or a share of the gold more than 0/,
    ],
    [["math", "--input", "-", "--tolerance", "0"], /--tolerance 0: give gold-digits/],
    [["math", "--input", "-", "--tolerance", "digits"], /--tolerance digits: give gold-digits/],
    [
      ["math", "--input", "-", "--tolerance", "0.1", "--verifier", "math-verify"],
      /--tolerance is for the builtin verifier/,
    ],
    [["math", "--input", "-", "--task", "t"], /--task t: the config has no such task/],
  ])("%j: one line, exit code 2", async (argv, message) => {
    const { code, stdout, stderr } = await omni(["reward", ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("for people", () => {
  it("is a line each, or says with --explain what was compared and why", async () => {
    const stdin = [jsonl([{ id: "a", response: tagged("0.4\u001b[31m"), answer: "1/2" }])];
    expect(await omni(["reward", "math", "--input", "-"], { stdin })).toMatchObject({
      stdout: "a  total 0.2  math 0  format 1  tags 1\n",
    });
    const { stdout } = await omni(["reward", "math", "--input", "-", "--explain"], { stdin });
    expect(stdout).toContain("a  total 0.2 = 1·0 + 0.1·1 + 0.1·1");
    expect(stdout).toMatch(/right +1\/2/);
    expect(stdout).toMatch(/math ★ +0 \(weight 1\) +\w/);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("a stream", () => {
  it("is answered line by line while its writer waits for the answer", async () => {
    const { runCli } = await import("../../../src/cli/cli.js");
    const { Readable } = await import("node:stream");
    let answered = () => {};
    const answers: string[] = [];
    async function* writer() {
      for (let id = 0; id < 3; id++) {
        const next = new Promise<void>((resolve) => {
          answered = resolve;
        });
        yield `${JSON.stringify({ id, response: "1", answer: "1" })}\n`;
        await next;
      }
    }
    const write = (text: string) => {
      answers.push(text);
      answered();
    };
    const io = { stdin: () => Readable.from(writer()), stdout: { write }, stderr: { write: () => true }, env: {} };
    const code = await runCli(["reward", "math", "--raw", "--json", "--input", "-"], {
      ...io,
      onInterrupt: () => () => {},
    });
    expect({ code, answers: answers.length }).toEqual({ code: 0, answers: 3 });
  });

  it("of 20,000 lines holds a bounded number of them at once", async () => {
    const { Readable } = await import("node:stream");
    const { runCli } = await import("../../../src/cli/cli.js");
    let read = 0;
    let written = 0;
    let most = 0;
    async function* writer() {
      for (; read < 20_000; read++) {
        most = Math.max(most, read - written);
        yield `${JSON.stringify({ id: read, response: "1", answer: "1" })}\n`;
      }
    }
    const write = (text: string) => {
      expect((JSON.parse(text) as Line).id).toBe(written);
      written += 1;
    };
    const io = { stdin: () => Readable.from(writer()), stdout: { write }, stderr: { write: () => true }, env: {} };
    await runCli(["reward", "math", "--raw", "--json", "--input", "-"], { ...io, onInterrupt: () => () => {} });
    expect(written).toBe(20_000);
    expect(most).toBeLessThan(1000);
  });

  it("ends when nobody reads its answers any more: what follows would be paid for in vain", async () => {
    const { Readable } = await import("node:stream");
    const { runCli } = await import("../../../src/cli/cli.js");
    let read = 0;
    let written = 0;
    async function* writer() {
      for (; read < 5_000; read++) yield `${JSON.stringify({ id: read, response: "1", answer: "1" })}\n`;
    }
    const stdout = {
      write: () => {
        written += 1;
      },
    };
    const io = { stdin: () => Readable.from(writer()), stdout, isHeard: () => written < 3, env: {} };
    const rest = { stderr: { write: () => true }, onInterrupt: () => () => {} };
    await runCli(["reward", "math", "--raw", "--json", "--input", "-"], { ...io, ...rest });
    expect(written).toBe(3);
    expect(read).toBeLessThan(1000);
  });
});

it("an attack panel whose judge answers nothing fails with the reason rather than find no attack that works", async () => {
  const dead = ["judge.baseUrl=http://127.0.0.1:9/v1", "judge.model=m", "judge.maxRetries=0", "judge.cache=off"];
  const { code, stdout, stderr } = await omni([
    ...["reward", "writing", "--attack-panel"],
    ...dead.flatMap((flag) => ["--set", flag]),
  ]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("m judged none of the 6 texts, so nothing was measured: connection failed");
});

describe("where Math-Verify is asked for and not installed", () => {
  const rows = Array.from({ length: 50 }, (_, id) => ({ id, response: tagged("x+1"), answer: "1+x" }));

  it.each([["--compare-verifiers"], ["--verifier", "math-verify"]])(
    "%s … fails before the first line, in one message with the command that installs it",
    async (...given) => {
      const flags = given.filter((flag) => flag !== undefined);
      const bare = join(folder, "bare-python");
      writeFileSync(bare, '#!/bin/sh\nexec python3 -I -S "$@"\n', { mode: 0o755 });
      process.env.OMNI_PYTHON = bare;
      onTestFinished(() => {
        delete process.env.OMNI_PYTHON;
      });
      const { code, stderr, lines } = await score("math", rows, ...flags);
      expect([code, lines]).toEqual([3, [{ error: expect.objectContaining({ code: "no_math_verify" }), exitCode: 3 }]]);
      const said = stderr.trim().split("\n");
      expect(said).toEqual([
        expect.stringMatching(/bare-python cannot run it: it has no math_verify, .*install it with: /),
      ]);
      const extra = /^math-verify = \["(.+)"\]$/m.exec(
        readFileSync(join(home, "pytorch-server/pyproject.toml"), "utf8"),
      )?.[1];
      expect(said[0]).toContain(`pip install '${extra}'`);
    },
  );
});
