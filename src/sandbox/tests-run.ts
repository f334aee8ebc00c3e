import { SandboxError } from "../core/index.js";
import { withSignal } from "./abort.js";
import { assetText } from "./assets.js";
import { type LineSlot, LiveRun } from "./live-run.js";
import type { TestsJob } from "./plan.js";
import type { SandboxLimits, Verdict } from "./sandbox.js";
import type { RunOutcome } from "./verdict.js";

/** What a judge says of a submission whose tests it ran, or could not run apart from it (`same_process`). */
export interface TestsReport {
  readonly verdict: Verdict | "same_process";
  readonly passed: number;
  readonly total: number;
  readonly detail: string;
}

/** How a submission's tests came to an end. */
export interface TestsOutcome {
  readonly runner: RunOutcome;
  readonly judge: RunOutcome;
  /** The judge's last word; undefined when it was not let to have it. */
  readonly report?: TestsReport;
  /** What ended the tests before that. */
  readonly ending?:
    | "deadline"
    | "runner"
    | "out of turn"
    | "judge memory"
    | "judge output"
    | "judge crashed"
    | "judge left";
  /** Tests that had passed by then, and how many there are, as the judge told. */
  readonly passed: number;
  readonly total: number;
  /** What the judge says of the first failure. */
  readonly trace: string;
  /** How long it was each one's move, s. */
  readonly runnerS: number;
  readonly judgeS: number;
}

const modules = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, assetText(`sandbox/${name}.py`)]));
const runnerModules = modules("values", "packages", "decoding", "codec", "peer", "runner");
const judgeModules = modules(
  "values",
  "packages",
  "decoding",
  "codec",
  "peer",
  "suite",
  "reading",
  "separable",
  "line",
  "handles",
  "doubts",
  "operators",
  "standins",
  "judge",
);

/** Of each move of the program's this is put down to carrying the messages, ms; in all at most as long as its time limit. */
const carryMs = 20;
const slackS = 10;

/** A slot in which judges run, one after the other. */
export interface JudgeSlot {
  readonly slot: LineSlot;
  readonly used: boolean;
  readonly limits: SandboxLimits;
}

/**
 * Runs the tests in one slot and the program in the other, and carries messages between them: one request at a time, so that
 * it is always known who is to move. The program's clock runs while it is the runner's move, the tests' while it is the judge's. Rejects with
 * SandboxError (retryable) when either slot is lost through no fault of the program, with CancelledError when `signal` fires.
 */
export async function runTests(
  runnerSlot: LineSlot,
  judgeSlot: JudgeSlot,
  job: TestsJob,
  limits: SandboxLimits,
  signal: AbortSignal,
): Promise<TestsOutcome> {
  const conversation = new Conversation(runnerSlot, judgeSlot, job, limits);
  try {
    return await withSignal(conversation.outcome(), signal);
  } finally {
    conversation.stop();
  }
}

class Conversation {
  readonly #runner: LiveRun;
  readonly #judge: LiveRun;
  readonly #over: Promise<TestsOutcome["ending"]>;
  readonly #wallS: number;
  readonly #cpuS: number;
  readonly #leftMs: { runner: number; judge: number };
  #carryLeftMs: number;
  #end: (ending: TestsOutcome["ending"]) => void = () => {};
  #mover: "runner" | "judge" = "judge";
  #movedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #runnerEnded = false;
  #report: TestsReport | undefined;
  #passed = 0;
  #total = 0;

  constructor(runnerSlot: LineSlot, judge: JudgeSlot, job: TestsJob, limits: SandboxLimits) {
    this.#wallS = limits.wallS;
    this.#cpuS = limits.cpuS;
    this.#leftMs = { runner: limits.wallS * 1000, judge: limits.wallS * 1000 };
    this.#carryLeftMs = limits.wallS * 1000;
    this.#over = new Promise((resolve) => {
      this.#end = resolve;
    });
    // Behind all clocks that are kept here: the program's, the tests', and that of the messages.
    const wallS = 3 * limits.wallS + slackS;
    // Tests that never end are stopped by the program's own limit.
    const judgeLimits = { ...judge.limits, cpuS: limits.cpuS };
    this.#judge = new LiveRun(
      judge.slot,
      { wallS, modules: judgeModules, limits: judgeLimits, first: JSON.stringify(job), keep: true, again: judge.used },
      (message) => this.#fromJudge(message),
    );
    this.#runner = new LiveRun(runnerSlot, { wallS, modules: runnerModules, limits }, (message) =>
      this.#fromRunner(message),
    );
    this.#watch();
    const runnerEnded = () => {
      this.#runnerEnded = true;
      if (this.#mover === "runner") this.#end("runner");
    };
    this.#runner.outcome.then(runnerEnded, runnerEnded);
    const judgeEnded = () => this.#end(undefined);
    this.#judge.outcome.then(judgeEnded, judgeEnded);
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end("deadline"), Math.max(0, this.#leftMs[this.#mover]));
  }

  #move(next: "runner" | "judge"): void {
    const now = performance.now();
    const tookMs = now - this.#movedAt;
    const carriedMs = this.#mover === "runner" ? Math.min(carryMs, tookMs, this.#carryLeftMs) : 0;
    this.#carryLeftMs -= carriedMs;
    this.#leftMs[this.#mover] -= tookMs - carriedMs;
    this.#mover = next;
    this.#movedAt = now;
    this.#watch();
  }

  #fromRunner(message: Buffer): void {
    if (this.#mover !== "runner") {
      this.#end("out of turn");
      return;
    }
    this.#move("judge");
    this.#judge.send(message);
  }

  #fromJudge(message: Buffer): void {
    const kind = String.fromCharCode(message[0] ?? 0);
    if (kind === "t") this.#total = (JSON.parse(message.toString("utf8", 1)) as { total: number }).total;
    if (kind === "r") {
      this.#report = JSON.parse(message.toString("utf8", 1)) as TestsReport;
      this.#end(undefined);
    }
    if (kind !== "c") return;
    this.#passed = message.readUInt32BE(1);
    this.#move("runner");
    if (this.#runnerEnded) this.#end("runner");
    else this.#runner.send(message.subarray(5));
  }

  async outcome(): Promise<TestsOutcome> {
    const ending = await this.#over;
    clearTimeout(this.#timer);
    // The last one's time up to here.
    this.#leftMs[this.#mover] -= performance.now() - this.#movedAt;
    const report = this.#report;
    const deadline = ending === "deadline";
    this.#runner.stop();
    if (report === undefined) this.#judge.stop();
    const [runner, judge] = await Promise.all([this.#runner.outcome, this.#judge.outcome]);
    const told = {
      ...this.#spent(),
      runner: { ...runner, deadline: runner.deadline || deadline },
      judge,
      passed: this.#passed,
      total: this.#total,
    };
    const trace = judge.stderr.toString("utf8");
    if (report !== undefined) return { ...told, report, trace };
    if (ending !== undefined) return { ...told, ending, trace };
    const end = judgeEnd(judge, this.#cpuS);
    if (end !== undefined) return { ...told, ending: end, trace };
    throw new SandboxError(`the judge ended before its verdict (exit ${judge.exit}): ${trace.slice(-500)}`, {
      code: "judge_lost",
      retryable: true,
    });
  }

  #spent(): { readonly runnerS: number; readonly judgeS: number } {
    const { runner, judge } = this.#leftMs;
    return { runnerS: this.#wallS - runner / 1000, judgeS: this.#wallS - judge / 1000 };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#runner.stop();
    if (this.#report === undefined) this.#judge.stop();
  }
}

/** Whether the judge's slot may serve another: nothing went wrong in it. */
export function leftSound({ ending }: TestsOutcome): boolean {
  return ending?.startsWith("judge") !== true;
}

const SIGKILL = 9;

/** Why a judge ended that nobody ended: by what it read or ran. Undefined where it may have been lost with its machine. */
function judgeEnd({ oom, overflow, signal, exit, cpuS }: RunOutcome, limitS: number): TestsOutcome["ending"] {
  if (oom) return "judge memory";
  if (cpuS >= limitS) return "deadline";
  if (overflow) return "judge output";
  if (signal !== null) return signal === SIGKILL ? undefined : "judge crashed";
  return exit === null ? undefined : "judge left";
}
