import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { CodeTests } from "../../src/core/index.js";
import { openDockerSandbox, type Sandbox, type SandboxLimits } from "../../src/sandbox/index.js";
import { docker, needDocker } from "../unit/sandbox/docker-here.js";

const asserts = (code: string): CodeTests => ({ kind: "asserts", code });
const mocked = (body: string): CodeTests => ({
  kind: "unittest",
  mode: "module",
  code: `import unittest\nfrom unittest.mock import patch\nimport solution\nclass T(unittest.TestCase):\n    @patch("time.time", return_value=5)\n    def test(self, _):\n        ${body}\n`,
});

describe("a judge in Docker", () => {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    if (docker.ok) sandbox = await openDockerSandbox({ concurrency: 2 });
  }, 300_000);
  afterAll(() => sandbox?.close());

  async function run(context: TestContext, code: string, tests: CodeTests, limits: Partial<SandboxLimits> = {}) {
    needDocker(context);
    if (sandbox === undefined) throw new Error("the sandbox is not open");
    return sandbox.run({ id: "x", language: "python", code, tests, limits });
  }

  const now = "import time\ndef now():\n    return time.time()";

  it("shares the program's process where tests patch, and says so", async (context) => {
    const result = await run(context, now, mocked("self.assertEqual(solution.now(), 5)"));
    expect(result).toMatchObject({ reward: 1, verdict: "passed", trust: "same_process" });
    const wrong = await run(context, now, mocked("self.assertEqual(solution.now(), 6)"));
    expect(wrong).toMatchObject({ reward: 0, verdict: "wrong_answer", trust: "same_process" });
  });

  it("refuses such tests when they pass for a program that does nothing", async (context) => {
    const result = await run(context, now, mocked("solution.now()"));
    expect(result).toMatchObject({ reward: 0, verdict: "rejected", trust: "same_process" });
    expect(result.stderr).toContain("cannot tell right from wrong");
  });

  const harm: Readonly<Record<string, readonly [code: string, tests: string, verdict: string]>> = {
    "that its tests end": ["x = 1", "import os\nassert x == 1\nos._exit(0)", "rejected"],
    "that its tests crash": ["x = 1", "import ctypes\nassert x == 1\nctypes.string_at(0)", "tampered"],
    "that runs out of memory over what it was given": [
      "def f(): return range(10 ** 9)",
      "assert len(list(f())) == 10 ** 9",
      "memory_limit",
    ],
    "whose tests never end": ["x = 1", "assert x == 1\nwhile True: pass", "time_limit"],
    "that is given an endless iterator": [
      "import itertools\ndef f(): return itertools.count()",
      "assert sum(f()) == 0",
      "time_limit",
    ],
    "whose tests print without end": [
      "x = 1",
      "import sys\nfor _ in range(300000): print('x' * 50)\nfor _ in range(100000): print('y' * 50, file=sys.stderr)\nassert x == 1",
      "passed",
    ],
  };
  for (const [name, [code, tests, verdict]] of Object.entries(harm)) {
    it(`${name} takes no reward by infrastructure, and the next is judged as ever`, async (context) => {
      const result = await run(context, code, asserts(tests), { wallS: 5 });
      expect(result, JSON.stringify(result)).toMatchObject({ verdict, reward: verdict === "passed" ? 1 : 0 });
      const next = await run(context, "def add(a, b): return a + b", asserts("assert add(1, 2) == 3"));
      expect(next, JSON.stringify(next)).toMatchObject({ reward: 1, verdict: "passed" });
    });
  }

  it("ends a program at its CPU limit, long before its wall-clock limit", async (context) => {
    const busy = "def f():\n    while True: pass";
    const result = await run(context, busy, asserts("assert f() == 1"), { cpuS: 1, wallS: 60 });
    expect(result, JSON.stringify(result)).toMatchObject({ reward: 0, verdict: "time_limit" });
    expect(result.wallS).toBeLessThan(40);
  });

  it("counts CPU of child processes too, and none of what sleeps", async (context) => {
    const children =
      "import os\ndef f():\n    for _ in range(2):\n        if os.fork() == 0:\n            while True: pass\n    os.wait()\n    return 1";
    const result = await run(context, children, asserts("assert f() == 1"), { cpuS: 1, wallS: 60 });
    expect(result, JSON.stringify(result)).toMatchObject({ reward: 0 });
    expect(result.wallS).toBeLessThan(40);
    const sleeping = "import time\ndef f():\n    time.sleep(1.5)\n    return 1";
    const rested = await run(context, sleeping, asserts("assert f() == 1"), { cpuS: 1, wallS: 60 });
    expect(rested, JSON.stringify(rested)).toMatchObject({ reward: 1, verdict: "passed" });
  });
});
