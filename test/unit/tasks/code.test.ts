import { describe, expect, it } from "vitest";
import { taskOver } from "./fixtures.js";

async function goldsOf(rows: readonly unknown[], fields: Readonly<Record<string, string>> = {}) {
  const task = await taskOver(rows, { family: "code", fields });
  return (await task.load()).train.map((item) => item.gold);
}

const question = "Write f.";
const good = { question: "Write g.", tests: "assert g()" };

describe("code tests", () => {
  it("are assert lines in a list or a text, with their setup and solution", async () => {
    const row = { question, list: ["assert f(1)", "assert f(2)"], before: "import math", code: "def f(x): return x" };
    expect(await goldsOf([row], { tests: "list", setup: "before", solution: "code" })).toEqual([
      {
        kind: "code",
        tests: { kind: "asserts", code: "assert f(1)\nassert f(2)", setup: "import math" },
        solution: "def f(x): return x",
      },
    ]);
  });

  it("are parallel inputs and outputs, where an empty input is a case", async () => {
    const row = { question, ins: ["", "1\n"], outs: ["0\n", "1\n"] };
    const [gold] = await goldsOf([row], { stdin: "ins", stdout: "outs" });
    const cases = [
      { stdin: "", stdout: "0\n" },
      { stdin: "1\n", stdout: "1\n" },
    ];
    expect(gold).toEqual({ kind: "code", tests: { kind: "stdio", cases } });
  });

  it("are a unittest module, or the sandbox's own form", async () => {
    expect(await goldsOf([{ question, suite: "import unittest" }], { unittest: "suite" })).toMatchObject([
      { tests: { kind: "unittest", mode: "module", code: "import unittest" } },
    ]);
    const tests = { kind: "unittest", mode: "same_file", code: "class T: ..." };
    expect(await goldsOf([{ question, tests }])).toEqual([{ kind: "code", tests }]);
  });

  it("that are empty or uneven leave the item without a gold, with the reason", async () => {
    expect((await goldsOf([{ question, tests: [] }, good]))[0]).toEqual({
      kind: "none",
      reason: "the tests are empty",
    });
    const uneven = [
      { question, ins: ["1"], outs: [] },
      { question: "Write g.", ins: ["1"], outs: ["1"] },
    ];
    expect((await goldsOf(uneven, { stdin: "ins", stdout: "outs" }))[0]).toEqual({
      kind: "none",
      reason: "1 inputs but 0 outputs",
    });
  });

  it("of another shape are a wrong mapping, named by place", async () => {
    const bad = [
      { kind: "pytest", code: "x" },
      { kind: "stdio", cases: [{ in: "1" }] },
    ];
    for (const tests of bad) {
      await expect(goldsOf([good, { question, tests }])).rejects.toThrow(
        /rows\.jsonl:2: field "tests" is an object of unknown shape; use \{kind: stdio/,
      );
    }
  });

  it("fill {tests} in a prompt", async () => {
    const task = await taskOver([good], { family: "code", prompt: { template: "{question}\n{tests}" } });
    expect((await task.load()).train[0]?.messages.at(-1)?.content).toBe("Write g.\nassert g()");
  });
});
