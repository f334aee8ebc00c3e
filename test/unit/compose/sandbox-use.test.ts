import { expect, it } from "vitest";
import { sandboxUse } from "../../../src/compose/sandbox-use.js";
import { openEmbeddedSandbox } from "../../../src/sandbox/index.js";

it("a sandbox's use tells time-outs, slots and where the time went", { timeout: 120_000 }, async () => {
  const sandbox = await openEmbeddedSandbox({ concurrency: 1, limits: { cpuS: 2, wallS: 60 } });
  try {
    expect(sandboxUse(sandbox.stats())).toMatchObject({ runs: 0, timeLimits: 0, slotsRecycled: 0, runS: 0, queueS: 0 });
    const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "1" }] } as const;
    const programs = ["print(1)", "while True: pass", "print(2)"];
    const run = (code: string) => sandbox.run({ id: code, language: "python", code, tests });
    const rewards = (await Promise.all(programs.map(run))).map(({ reward }) => reward);
    expect(rewards).toEqual([1, 0, 0]);
    const use = sandboxUse(sandbox.stats());
    expect(use).toMatchObject({ runs: 3, timeLimits: 1, memoryLimits: 0, infrastructureErrors: 0, slotsRecycled: 3 });
    // The time-out's two seconds were spent running, and the last one waited for them.
    expect(use.runS).toBeGreaterThan(1.9);
    expect(use.queueS).toBeGreaterThan(1.9);
  } finally {
    await sandbox.close();
  }
});
