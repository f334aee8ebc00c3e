import { describe, expect, it } from "vitest";
import { reportMarkdown } from "../../../src/train/index.js";

const facts = {
  runId: "r",
  model: "m",
  engine: "e",
  sandbox: "s",
  judge: "j",
  checkpoint: "c",
  peakMemoryBytes: 1.25e9,
  cautions: ["careful"],
};
const evaluation = (point: string, mean: number) => ({
  point,
  weightsVersion: 0,
  result: {
    tasks: { sums: { primary: "math", intervals: { math: { mean, low: 0, high: 1, n: 4 } } } },
    seconds: 1,
    sandboxRuns: 2,
    sandbox: {
      ...{
        runs: 2,
        timeLimits: 1,
        memoryLimits: 0,
        infrastructureErrors: 0,
        retries: 1,
        rerunsAlone: 1,
        slotsStarted: 3,
        slotsRecycled: 2,
      },
      ...{ queueS: 0.2, acquireS: 0.1, runS: 4, judgeS: 0.02 },
    },
    workers: {
      ...{ jobs: 4, deadlineKills: 1, memoryKills: 0, deaths: 2, retried: 2, quarantined: 1, masked: 0 },
      ...{ infrastructureErrors: 0, waitS: 0.002, latencyS: 0.02 },
    },
    judgeCalls: 3,
  },
});

describe("the report", () => {
  it("has one column a point, cautions, and counts of what was used", () => {
    const report = reportMarkdown(
      facts,
      [],
      [evaluation("base", 0.25), evaluation("warm-up", 0.5), evaluation("final", 0.75)],
    );
    expect(report).toContain("| task | component | base | warm-up | GRPO |");
    expect(report).toContain(
      "| sums | math ★ | 0.25 [0.00, 1.00] n=4 | 0.50 [0.00, 1.00] n=4 | 0.75 [0.00, 1.00] n=4 |",
    );
    expect(report).toContain("> **Caution:** careful");
    expect(report).toContain("Sandbox runs: 6 · judge calls: 9");
    expect(report).toContain(
      "Sandbox: 3 time-outs, 0 out of memory, 0 infrastructure errors · 6 of 9 slots used, 3 lost",
    );
    expect(report).toContain(
      "waited 100 ms for its turn and 50 ms for its slot, ran 2000 ms, was judged 10 ms (means)",
    );
    expect(report).toContain("Verify workers: 12 jobs, 3 timed out, 0 out of memory · 6 workers died, 6 jobs");
    expect(report).toContain("a job waited 0.5 ms of 5.0 ms (means)");
    expect(report).toContain("Peak memory: 1.25 GB resident");
    expect(report).toContain("Every component's mean rose.");
  });

  it("says plainly what did not rise", () => {
    expect(reportMarkdown(facts, [], [evaluation("base", 0.5), evaluation("final", 0.5)])).toContain(
      "Did not rise: sums/math.",
    );
  });

  it("claims nothing where nothing was evaluated", () => {
    const nothing = {
      point: "base",
      weightsVersion: 0,
      result: { tasks: {}, seconds: 0, sandboxRuns: 0, judgeCalls: 0 },
    };
    const report = reportMarkdown(facts, [], [nothing, { ...nothing, point: "final" }]);
    expect(report).toContain("Nothing was evaluated");
    expect(report).not.toContain("rose");
  });
});
