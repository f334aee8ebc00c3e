import { describe, expect, it } from "vitest";
import type { CodeTests } from "../../../src/core/index.js";
import { codeComponent } from "../../../src/rewards/code/code.js";
import { extractProgram } from "../../../src/rewards/code/program.js";
import type { Sandbox, SandboxResult, Submission } from "../../../src/sandbox/sandbox.js";
import { scored, tagged } from "./scored.js";

const asserts: CodeTests = { kind: "asserts", code: "assert f(1) == 2" };

/** Answers every submission with the same result and remembers what was submitted. */
function sandboxOf(result: Partial<SandboxResult>): Sandbox & { readonly seen: Submission[] } {
  const seen: Submission[] = [];
  const description = { kind: "custom", detail: "test", networkIsolated: true, forUntrustedCode: true } as const;
  const rest = { passed: 0, total: 1, wallS: 0.1, stdout: "", stderr: "", truncated: false };
  return {
    seen,
    description,
    run: async (submission) => {
      seen.push(submission);
      return { id: submission.id, reward: 0, verdict: "wrong_answer", ...rest, ...result };
    },
    stats: () => {
      throw new Error("a reward asks for no statistics");
    },
    close: async () => {},
  };
}

describe("the program in an answer", () => {
  it.each([
    ["bare", "def f(x):\n    return x", "def f(x):\n    return x\n"],
    ["blank lines around it go, indentation stays", "\n\n    x = 1\n\n", "    x = 1\n"],
    ["fenced", "Here:\n```python\nprint(1)\n```\nDone.", "print(1)\n"],
    ["fenced without a language", "```\nprint(1)\n```", "print(1)\n"],
    ["tildes", "~~~py\nprint(1)\n~~~", "print(1)\n"],
    ["the last Python block", "```python\na\n```\n```python\nb\n```\n```text\nout\n```", "b\n"],
    ["another language where there is no Python", "```js\na\n```", "a\n"],
    ["a fence that never closes", "```python\nprint(1)", "print(1)\n"],
    ["a longer fence holds a shorter one", '````python\ns = """\n```\n"""\n````', 's = """\n```\n"""\n'],
    ["CRLF", "```python\r\nprint(1)\r\n```\r\n", "print(1)\r\n"],
    ["an inline code span is no fence", "```print(1)```", "```print(1)```\n"],
    ["an empty block", "```python\n\n```", ""],
  ])("%s", (_, answer, program) => {
    expect(extractProgram(answer)).toBe(program);
  });

  it("is found in a hostile answer in milliseconds", () => {
    const began = performance.now();
    for (const answer of ["`".repeat(100_000), "```\n".repeat(25_000), "\n".repeat(100_000)]) extractProgram(answer);
    expect(performance.now() - began).toBeLessThan(250);
  });
});

describe("the component code", () => {
  const input = (response: string, tests: CodeTests = asserts) => scored({ kind: "code", tests }, response);

  it("submits the program with the item's tests and keeps the verdict", async () => {
    const sandbox = sandboxOf({ reward: 1, verdict: "passed", passed: 1 });
    const limits = { wallS: 3 };
    const score = await codeComponent({ sandbox, limits }).score(input(tagged("```python\nx\n```")), {});
    expect(score).toMatchObject({ value: 1, details: { verdict: "passed", passed: 1, total: 1 } });
    expect(sandbox.seen).toEqual([{ id: "i1#7", language: "python", code: "x\n", tests: asserts, limits }]);
  });

  it("scores a failure 0 with its verdict and lost infrastructure null", async () => {
    const failed = await codeComponent({ sandbox: sandboxOf({ verdict: "time_limit" }) }).score(input(tagged("x")), {});
    expect(failed).toMatchObject({ value: 0, reason: "time limit, 0 of 1 passed" });
    const sandbox = sandboxOf({ verdict: "infrastructure_error", reward: null });
    expect(await codeComponent({ sandbox }).score(input(tagged("x")), {})).toMatchObject({ value: null });
  });

  it("runs nothing without an answer or without tests", async () => {
    const sandbox = sandboxOf({ reward: 1, verdict: "passed" });
    const component = codeComponent({ sandbox });
    expect(await component.score(input("x"), {})).toMatchObject({ value: 0 });
    expect(await component.score(input(tagged("```python\n```")), {})).toMatchObject({ value: 0 });
    expect(await component.score(input(tagged("#".repeat(100_001))), {})).toMatchObject({ value: 0 });
    expect(await component.score(input(tagged("x"), { kind: "stdio", cases: [] }), {})).toMatchObject({ value: null });
    expect(await component.score(input("x", { kind: "asserts", code: " " }), {})).toMatchObject({ value: null });
    expect(await component.score(scored({ kind: "none", reason: "no tests" }, "x"), {})).toMatchObject({ value: null });
    expect(sandbox.seen).toEqual([]);
  });
});
