import type { Verdict } from "./sandbox.js";
import type { TestsOutcome } from "./tests-run.js";
import { brokenLimit, bySignal, type Judgement, type RunOutcome, reasonOf } from "./verdict.js";

const endings: Readonly<Record<NonNullable<TestsOutcome["ending"]>, (run: RunOutcome) => [Verdict, string]>> = {
  deadline: () => ["time_limit", ""],
  "judge memory": () => ["memory_limit", "what the program returned exceeds the judge's memory"],
  "judge output": () => ["output_limit", "what the program returned made its judge print more than it may"],
  "judge crashed": () => ["tampered", "what the program returned crashed its judge"],
  "judge left": () => ["rejected", "the tests ended their own process before they were done"],
  "out of turn": () => ["tampered", "the program spoke out of turn"],
  runner: (run) => {
    if (run.signal !== null) return [reasonOf(run, bySignal(run.signal)), ""];
    if (run.exit !== 0) return [reasonOf(run, "runtime_error"), ""];
    return ["tampered", "the program ended before its tests were done"];
  },
};

/** Judges tests that ran apart from the program: by the judge's word alone, but for limits that the program broke. */
export function judgeTests(outcome: TestsOutcome, cpuS: number): Omit<Judgement, "shown"> {
  const { runner, report, ending, passed, total } = outcome;
  const limit = brokenLimit(runner, cpuS);
  const before = { passed: Math.min(passed, Math.max(total - 1, 0)), total };
  if (limit !== undefined) return { ...before, verdict: limit, note: "" };
  if (report === undefined || report.verdict === "same_process") {
    const [verdict, note] = endings[ending ?? "runner"](runner);
    return { ...before, verdict, note };
  }
  const { verdict, detail } = report;
  const failed = verdict === "runtime_error" || verdict === "wrong_answer";
  const named = verdict === "tampered" || verdict === "rejected";
  return {
    verdict: failed ? reasonOf(runner, verdict) : verdict,
    passed: report.passed,
    total: report.total,
    note: named ? detail : "",
  };
}
