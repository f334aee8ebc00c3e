import { sameOutput } from "./comparison.js";
import type { Submission, Verdict } from "./sandbox.js";

/** What became of one run of a program, as seen from outside it. */
export interface RunOutcome {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** What came through the harness's private channel. */
  readonly channel: Buffer;
  /** Exit status; null when it ended by a signal or was ended. */
  readonly exit: number | null;
  readonly signal: number | null;
  /** We ended it at its wall-clock deadline. */
  readonly deadline: boolean;
  readonly oom: boolean;
  /** We ended it at its output limit. */
  readonly overflow: boolean;
  /** It ran into the process limit / filled its disk. */
  readonly pids: boolean;
  readonly disk: boolean;
  readonly wallS: number;
  readonly cpuS: number;
  /** How long its threads were ready to run and had no processor, summed over them, s; 0 where the host does not tell. */
  readonly waitedS: number;
}

/** Verdict of a whole submission, output excluded. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly passed: number;
  readonly total: number;
  /** The run whose output is shown: the first failure, else the first. */
  readonly shown: RunOutcome;
  readonly note: string;
}

const SIGKILL = 9;
const SIGTERM = 15;
const SIGXCPU = 24;
const SIGXFSZ = 25;

/**
 * Of a run's wall-clock time: what it waited for a processor at least, and what it had one or waited for it. Of its processor
 * time: what it had at most.
 */
const starvedShare = { waited: 0.1, wanted: 0.5, had: 0.5 };

/**
 * Whether runs (of one submission, at one time) ended at the wall-clock backstop because the host was busy. A sleeper wants no
 * processor, and an endless loop has had its share of one.
 */
export function starved(cpuS: number, ...runs: readonly RunOutcome[]): boolean {
  const waitedS = runs.reduce((sum, run) => sum + run.waitedS, 0);
  const wantedS = runs.reduce((sum, run) => sum + run.cpuS, waitedS);
  const wallS = Math.max(...runs.map((run) => run.wallS));
  const busy = waitedS >= starvedShare.waited * wallS && wantedS >= starvedShare.wanted * wallS;
  return busy && runs.some((run) => run.deadline) && runs.every((run) => run.cpuS < starvedShare.had * cpuS);
}

/** A limit that the run broke, in the order in which they count; undefined when it ended by itself. */
export function brokenLimit(run: RunOutcome, cpuS: number): Verdict | undefined {
  if (run.deadline) return "time_limit";
  if (run.oom) return "memory_limit";
  if (run.overflow) return "output_limit";
  if (run.signal === SIGXCPU || run.cpuS >= cpuS) return "time_limit";
  if (run.signal === SIGXFSZ) return "disk_limit";
  return undefined;
}

/** Why a run that failed did: the limit that it ran into, else the given verdict. */
export function reasonOf(run: RunOutcome, otherwise: Verdict): Verdict {
  const stderr = run.stderr.subarray(-4096).toString("utf8");
  if (run.pids) return "process_limit";
  if (run.disk || /OSError: \[Errno (28|27|122)\]/.test(stderr)) return "disk_limit";
  if (otherwise === "runtime_error" && /^MemoryError/m.test(stderr)) return "memory_limit";
  return otherwise;
}

/** What an end by a signal is called. */
export function bySignal(signal: number): Verdict {
  return signal === SIGKILL || signal === SIGTERM ? "killed" : "runtime_error";
}

/** A program that does not compile prints its SyntaxError without a traceback header. */
function neverCompiled(run: RunOutcome): boolean {
  const stderr = run.stderr.toString("utf8");
  return (
    !stderr.includes("Traceback (most recent call last)") && /^(SyntaxError|IndentationError|TabError):/m.test(stderr)
  );
}

function judgeCase(run: RunOutcome, expected: string, cpuS: number): Verdict {
  const limit = brokenLimit(run, cpuS);
  if (limit !== undefined) return limit;
  if (run.signal !== null) return reasonOf(run, bySignal(run.signal));
  if (run.exit === null) return "killed";
  if (run.exit !== 0) return neverCompiled(run) ? "compile_error" : reasonOf(run, "runtime_error");
  return sameOutput(run.stdout, expected) ? "passed" : reasonOf(run, "wrong_answer");
}

function judgeCases(
  cases: readonly { readonly stdout: string }[],
  runs: readonly RunOutcome[],
  cpuS: number,
): Omit<Judgement, "shown"> & { readonly shown: number } {
  const verdicts = cases.map((item, index) => {
    const run = runs[index];
    return run === undefined ? ("infrastructure_error" as const) : judgeCase(run, item.stdout, cpuS);
  });
  const failed = verdicts.findIndex((verdict) => verdict !== "passed");
  const passed = verdicts.filter((verdict) => verdict === "passed").length;
  return { verdict: verdicts[failed] ?? "passed", passed, total: cases.length, shown: Math.max(failed, 0), note: "" };
}

interface Report {
  readonly verdict: Verdict | undefined;
  readonly passed: number;
  readonly total: number;
  readonly detail: string;
}

const reported: readonly Verdict[] = [
  "passed",
  "wrong_answer",
  "runtime_error",
  "compile_error",
  "memory_limit",
  "tampered",
  "no_tests",
  "rejected",
];

/** Reads the harness's channel; undefined when anything on it lacks the secret or is malformed. */
function readChannel(channel: Buffer, secret: string): Report | undefined {
  let report: Report = { verdict: undefined, passed: 0, total: 0, detail: "" };
  for (const line of channel.toString("utf8").split("\n")) {
    if (line === "") continue;
    if (report.verdict !== undefined || !line.startsWith(secret)) return undefined;
    try {
      const value: Record<string, unknown> = JSON.parse(line.slice(secret.length));
      const verdict = reported.find((name) => name === value.verdict);
      const { passed = 0, total, detail = "" } = value;
      if (typeof passed !== "number" || typeof total !== "number" || typeof detail !== "string") return undefined;
      report = { verdict, passed, total: Math.max(total, report.total), detail };
    } catch {
      return undefined;
    }
  }
  return report;
}

function judgeHarness(run: RunOutcome, secret: string, cpuS: number): Omit<Judgement, "shown"> {
  const report = readChannel(run.channel, secret);
  const limit = brokenLimit(run, cpuS);
  const unfinished = { passed: 0, total: report?.total ?? 0, note: "" };
  if (limit !== undefined) return { ...unfinished, verdict: limit };
  if (report === undefined)
    return { ...unfinished, verdict: "tampered", note: "something not the harness wrote to its channel" };
  if (report.verdict === undefined) {
    if (run.signal !== null) return { ...unfinished, verdict: reasonOf(run, bySignal(run.signal)) };
    if (run.exit !== 0) return { ...unfinished, verdict: reasonOf(run, "runtime_error") };
    return { ...unfinished, verdict: "tampered", note: "the program ended its tests before they were done" };
  }
  const { passed, total, detail } = report;
  const complete = report.verdict === "passed" && passed === total && total > 0;
  if (report.verdict === "passed" && !complete) return { ...unfinished, verdict: "tampered" };
  const failed = report.verdict === "runtime_error" || report.verdict === "wrong_answer";
  const verdict = failed ? reasonOf(run, report.verdict) : report.verdict;
  const named = verdict === "tampered" || verdict === "rejected";
  return { verdict, passed, total, note: named ? detail : "" };
}

/** Judges the runs of a submission. The one place where a program's output meets the expected one. */
export function judge(
  tests: Submission["tests"],
  runs: readonly RunOutcome[],
  secret: string,
  cpuS: number,
): Judgement | undefined {
  const first = runs[0];
  if (first === undefined) return undefined;
  if (tests.kind !== "stdio") return { ...judgeHarness(first, secret, cpuS), shown: first };
  const judged = judgeCases(tests.cases, runs, cpuS);
  return { ...judged, shown: runs[judged.shown] ?? first };
}
