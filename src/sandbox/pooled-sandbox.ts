import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, OmniError, SandboxError, throwIfAborted } from "../core/index.js";
import { linkSignals } from "./abort.js";
import { JudgeSlots, withLine } from "./judge-slots.js";
import { resolveLimits } from "./limits.js";
import { type HarnessJob, type Plan, planOf, refusal, restOf, runsIn } from "./plan.js";
import type { Sandbox, SandboxDescription, SandboxLimits, SandboxResult, SandboxStats, Submission } from "./sandbox.js";
import { SandboxMeter } from "./sandbox-meter.js";
import type { Slot, StartSlot } from "./slot.js";
import { type JudgeSlot, leftSound, runTests } from "./tests-run.js";
import { judgeTests } from "./tests-verdict.js";
import { since } from "./timings.js";
import { type Judgement, judge, type RunOutcome, starved } from "./verdict.js";
import { type Waited, WarmSlots } from "./warm-slots.js";

/** What a pooled sandbox is made of. */
export interface PooledSandboxOptions {
  readonly description: SandboxDescription;
  /** Submissions at a time, and slots kept ready. */
  readonly concurrency: number;
  readonly limits: SandboxLimits;
  /** What it runs; slots for the first are kept ready from the beginning. */
  readonly languages: readonly [Submission["language"], ...Submission["language"][]];
  readonly startSlot: StartSlot;
  /** Whether slots keep a line open to running programs: tests then run in slots of their own, apart from the program. */
  readonly apart: boolean;
  /** Frees what the adapter holds beside its slots; called once. */
  readonly release: () => Promise<void>;
}

const attempts = 5;
/** Wall-clock backstop of a run that is made again because the host was busy, as a multiple. */
const aloneFactor = 3;
/** Before a lost slot is made up for, ms; doubles each time. */
const backoffMs = 100;

/** A judgement with what is said of it. */
type Decision = Judgement & {
  readonly wallS: number;
  readonly cpuS: number;
  /** It ran out of wall-clock time because the host was busy. */
  readonly starved: boolean;
  readonly trust?: "same_process";
};

/** How a submission is run. */
interface Turn {
  readonly limits: SandboxLimits;
  readonly signal: AbortSignal;
  /** While nothing else runs. */
  readonly alone: boolean;
  /** It is not the submission's first run: it goes before those that have not begun. */
  readonly first: boolean;
}

/** A {@link Sandbox} over slots that are started ahead, used once and thrown away. */
export class PooledSandbox implements Sandbox {
  readonly description: SandboxDescription;
  readonly #options: PooledSandboxOptions;
  readonly #slots: WarmSlots;
  readonly #judges: JudgeSlots | undefined;
  readonly #meter = new SandboxMeter();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: PooledSandboxOptions) {
    this.description = options.description;
    this.#options = options;
    const usual = { language: options.languages[0], limits: options.limits };
    this.#slots = new WarmSlots(options.startSlot, options.concurrency, usual);
    this.#judges = options.apart ? new JudgeSlots(options.startSlot) : undefined;
  }

  stats(): SandboxStats {
    return this.#meter.stats(this.#slots.counts);
  }

  async run(submission: Submission, options: { readonly signal?: AbortSignal } = {}): Promise<SandboxResult> {
    const { signal, unlink } = linkSignals(options.signal, this.#closing.signal);
    try {
      throwIfAborted(signal);
      const result = await this.#run(submission, signal);
      this.#meter.finished(result.verdict);
      return result;
    } finally {
      unlink();
    }
  }

  async #run(submission: Submission, signal: AbortSignal): Promise<SandboxResult> {
    const limits = resolveLimits(this.#options.limits, submission.limits);
    const refused = refusal(submission, limits, this.#options.languages);
    if (refused !== undefined) return { ...nothing(submission), verdict: refused.verdict, stderr: refused.reason };
    const plan = planOf(submission);
    try {
      const decided = await this.#decideFairly(submission, plan, { limits, signal, alone: false, first: false });
      const { verdict, passed, total, shown, note, wallS, cpuS, trust } = decided;
      const stderr = shown.stderr.toString("utf8");
      return {
        id: submission.id,
        reward: verdict === "passed" ? 1 : 0,
        verdict,
        passed,
        total,
        wallS,
        cpuS,
        stdout: shown.stdout.toString("utf8"),
        stderr: note === "" ? stderr : `${stderr}sandbox: ${note}\n`,
        truncated: shown.overflow,
        ...(trust === undefined ? {} : { trust }),
      };
    } catch (error) {
      if (error instanceof CancelledError || signal.aborted) throw asCancelled(error);
      return {
        ...nothing(submission),
        reward: null,
        verdict: "infrastructure_error",
        stderr: OmniError.from(error).message,
      };
    }
  }

  /** A busy host costs no reward: what it starved runs once more, alone, and longer, since others may keep the host busy too. */
  async #decideFairly(submission: Submission, plan: Plan, turn: Turn): Promise<Decision> {
    const decided = await this.#decide(submission, plan, turn);
    if (!decided.starved) return decided;
    this.#meter.rerunAlone();
    const limits = { ...turn.limits, wallS: aloneFactor * turn.limits.wallS };
    return this.#decide(submission, plan, { ...turn, limits, alone: true });
  }

  async #decide(submission: Submission, plan: Plan, turn: Turn): Promise<Decision> {
    if (plan.kind === "programs") return this.#judgeRuns(submission, plan, turn);
    const apart = await this.#judgeApart(submission, plan.job, turn);
    const begun = { ...turn, first: turn.first || this.#judges !== undefined };
    return apart ?? this.#judgeTogether(submission, plan.job, begun);
  }

  async #judgeRuns(submission: Submission, plan: Plan, turn: Turn): Promise<Decision> {
    const runs = await this.#runAll(submission, plan, turn);
    const began = performance.now();
    const judged = judge(submission.tests, runs, plan.kind === "harness" ? plan.job.secret : "", turn.limits.cpuS);
    this.#meter.judge.add(since(began));
    if (judged === undefined) throw new SandboxError("the sandbox returned no run");
    return {
      ...judged,
      wallS: runs.reduce((sum, run) => sum + run.wallS, 0),
      cpuS: runs.reduce((sum, run) => sum + run.cpuS, 0),
      starved: runs.some((run) => starved(turn.limits.cpuS, run)),
    };
  }

  /** Tests in a slot of their own; undefined where they cannot be: no such slots, or tests that reach into the program's process. */
  async #judgeApart(
    { language }: Submission,
    job: HarnessJob,
    { limits, signal, alone, first }: Turn,
  ): Promise<Decision | undefined> {
    const judges = this.#judges;
    if (judges === undefined) return undefined;
    const { secret: _, ...tests } = job;
    const work = (slot: Slot, waited: Waited) => {
      const asked = performance.now();
      const apart = (judging: JudgeSlot) => {
        this.#meter.waited({ ...waited, acquireS: waited.acquireS + since(asked) });
        return runTests(withLine(slot), judging, tests, limits, signal);
      };
      return judges.use(signal, apart, leftSound);
    };
    const outcome = await this.#retrying(signal, () =>
      this.#slots.use({ language, limits }, signal, work, { alone, first }),
    );
    this.#meter.run.add(outcome.runnerS);
    this.#meter.judge.add(outcome.judgeS);
    if (outcome.report?.verdict === "same_process") return undefined;
    const { runner, judge: judging, trace } = outcome;
    const shown = { ...runner, stderr: Buffer.concat([runner.stderr, Buffer.from(trace)]) };
    return {
      ...judgeTests(outcome, limits.cpuS),
      shown,
      wallS: runner.wallS,
      cpuS: runner.cpuS,
      starved: starved(limits.cpuS, runner, judging),
    };
  }

  /** Tests in the program's own process; only tests that fail a stub with the program's names count. */
  async #judgeTogether(submission: Submission, job: HarnessJob, turn: Turn): Promise<Decision> {
    const decided = await this.#judgeRuns(submission, { kind: "harness", job }, turn);
    const told = { ...decided, trust: "same_process" } as const;
    if (decided.verdict !== "passed") return told;
    const stub: Plan = { kind: "harness", job: { ...job, control: true } };
    const control = await this.#judgeRuns(submission, stub, { ...turn, first: true });
    // A stub that was kept from its end has failed nothing.
    if (control.verdict !== "passed") return { ...told, starved: control.starved };
    return {
      ...told,
      verdict: "rejected",
      note: "the tests pass for a stub that does nothing: they cannot tell right from wrong",
    };
  }

  /** Runs the whole plan, on as many slots as it takes: a run that had to be ended takes its slot with it. */
  async #runAll(
    { language }: Submission,
    plan: Plan,
    { limits, signal, alone, first }: Turn,
  ): Promise<readonly RunOutcome[]> {
    const done: RunOutcome[] = [];
    while (done.length < runsIn(plan)) {
      const outcomes = await this.#retrying(signal, async () => {
        const work = (slot: Slot, waited: Waited) => {
          this.#meter.waited(waited);
          return this.#timed(() => slot.run(restOf(plan, done.length), limits, signal));
        };
        const some = await this.#slots.use({ language, limits }, signal, work, {
          alone,
          first: first || done.length > 0,
        });
        if (some.length === 0) throw new SandboxError("the slot ended before its first run", { retryable: true });
        return some;
      });
      done.push(...outcomes);
    }
    return done;
  }

  /** Does it again when a slot was lost through no fault of the program, a few times. */
  async #retrying<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let lost = 1; ; lost++) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof CancelledError || signal.aborted) throw error;
        const known = OmniError.from(error);
        if (lost >= attempts || !known.retryable) throw known;
        this.#meter.retried();
        await delay(backoffMs * 2 ** lost, undefined, { signal });
      }
    }
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.#meter.run.add(since(began));
    }
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#closing.abort(new CancelledError("the sandbox was closed"));
      await Promise.all([this.#slots.close(), this.#judges?.close()]);
      await this.#options.release();
    })();
    return this.#closed;
  }
}

function asCancelled(error: unknown): CancelledError {
  return error instanceof CancelledError ? error : new CancelledError("cancelled", { cause: error });
}

/** A result of a submission that was not run. */
function nothing({ id, tests }: Submission): SandboxResult {
  const total = tests.kind === "stdio" ? tests.cases.length : 0;
  const spent = { wallS: 0, cpuS: 0 };
  return { id, reward: 0, verdict: "rejected", passed: 0, total, ...spent, stdout: "", stderr: "", truncated: false };
}
