import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext, vi } from "vitest";
import type { CodeTests } from "../../../src/core/index.js";
import { openDockerSandbox, type Sandbox, type SandboxLimits } from "../../../src/sandbox/index.js";
import { docker, needDocker } from "./docker-here.js";

const wide = 240_000;
const cases = (count: number): CodeTests => ({
  kind: "stdio",
  cases: Array.from({ length: count }, () => ({ stdin: "", stdout: "1" })),
});
const asserts: CodeTests = { kind: "asserts", code: "r = f()\nassert r == 1, r" };
const direct: CodeTests = { kind: "asserts", code: "import os\nr = f()\nos.write(2, r)\nassert r == 1" };

/** Programs that would rather have no verdict than a bad one: null is masked out of an update, zero is learnt from. */
const evasive: Readonly<Record<string, readonly [code: string, tests: CodeTests, verdict: RegExp]>> = {
  "raises an exception as long as a book": [
    "def f(): raise ValueError('x' * 3_000_000)",
    asserts,
    /^(output_limit|runtime_error)$/,
  ],
  "returns what its tests tell at length": [
    "def f(): return 'x\\n' * 1_500_000",
    asserts,
    /^(output_limit|wrong_answer)$/,
  ],
  "returns what its tests write themselves": ["def f(): return b'x' * 3_000_000", direct, /^output_limit$/],
  "takes its supervisor's files away for the next case": [
    "import resource\nresource.prlimit(1, resource.RLIMIT_NOFILE, (14, 14))\nprint(2)",
    cases(3),
    /^(runtime_error|killed)$/,
  ],
  "leaves its supervisor no time of the processor": [
    "import os\ndef f():\n    for _ in range(60):\n        if os.fork() == 0:\n            while True: pass\n    while True: pass",
    asserts,
    /_limit$/,
  ],
};

describe("a program that", () => {
  let sandbox: Sandbox | undefined;
  beforeAll(async () => {
    if (docker.ok) sandbox = await openDockerSandbox({ concurrency: 2 });
  }, wide);
  afterAll(() => sandbox?.close());
  afterEach(() => {
    vi.useRealTimers();
  });

  async function run(context: TestContext, code: string, tests: CodeTests, limits: Partial<SandboxLimits> = {}) {
    needDocker(context);
    if (sandbox === undefined) throw new Error("the sandbox is not open");
    return sandbox.run({ id: "x", language: "python", code, tests, limits });
  }

  for (const [name, [code, tests, verdict]] of Object.entries(evasive)) {
    it(`${name} gets a verdict and no reward`, { timeout: wide }, async (context) => {
      const result = await run(context, code, tests);
      expect(result, result.stderr.slice(-500)).toMatchObject({ reward: 0, verdict: expect.stringMatching(verdict) });
    });
  }

  it("is slow, and in time by the limit that it was given, earns its reward", { timeout: wide }, async (context) => {
    const slow = "import time\ndef f():\n    time.sleep(31)\n    return 1";
    const result = await run(context, slow, asserts, { wallS: 60 });
    expect(result, result.stderr).toMatchObject({ reward: 1, verdict: "passed" });
  });

  it("takes its supervisor's memory breaks its memory limit, though the daemon's clock is not ours", {
    timeout: wide,
  }, async (context) => {
    // Memory that no process holds; the largest one left is then the supervisor.
    const code =
      "import os\nopen('/proc/self/oom_score_adj', 'w').write('0')\nfiles = [os.memfd_create('m') for _ in range(8)]\nwhile True:\n    for file in files: os.write(file, bytes(1 << 20))";
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
    const result = await run(context, code, cases(2), { memoryMb: 64, wallS: 60 });
    expect(result, result.stderr).toMatchObject({ reward: 0, verdict: "memory_limit" });
  });
});
