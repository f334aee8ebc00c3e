import type { CodeTests } from "../core/index.js";

/** Limits of one submission. Both times count for each stdio case, or for the whole test run. */
export interface SandboxLimits {
  /** Processor seconds of all of the program's processes: its time limit, which no busy host uses up. */
  readonly cpuS: number;
  /** Seconds by the clock: the backstop for a program that sleeps or waits. */
  readonly wallS: number;
  readonly memoryMb: number;
  readonly pids: number;
  readonly diskMb: number;
  readonly outputMb: number;
}

/** Limits that hold where none are given. */
export const defaultLimits: SandboxLimits = {
  cpuS: 10,
  wallS: 30,
  memoryMb: 256,
  pids: 64,
  diskMb: 64,
  outputMb: 4,
};

/** Languages of submissions; `node` (JavaScript) takes stdio tests. */
export const languages = ["python", "node"] as const;

/** A program with what it is tested against. */
export interface Submission {
  readonly id: string;
  readonly language: (typeof languages)[number];
  readonly code: string;
  readonly tests: CodeTests;
  readonly limits?: Partial<SandboxLimits>;
}

/** What became of a program; only `infrastructure_error` is our fault. */
export type Verdict =
  | "passed"
  | "wrong_answer"
  | "runtime_error"
  | "compile_error"
  | "time_limit"
  | "memory_limit"
  | "output_limit"
  | "process_limit"
  | "disk_limit"
  | "killed"
  | "tampered"
  | "no_tests"
  | "rejected"
  | "infrastructure_error";

/** Result of one submission. Verdict and output are the first failure's; all cases run. */
export interface SandboxResult {
  readonly id: string;
  /** 1 passed, 0 not, null only for `infrastructure_error`. */
  readonly reward: 0 | 1 | null;
  readonly verdict: Verdict;
  /** Cases, test methods or top-level asserts. */
  readonly passed: number;
  readonly total: number;
  readonly wallS: number;
  /** Processor seconds that the program used; left out by a sandbox that does not count them. */
  readonly cpuS?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  /**
   * There when tests ran in one process with the program, which they could not be kept apart from: a program written for
   * that could forge the verdict. Left out where tests and program were apart.
   */
  readonly trust?: "same_process";
}

/** What a sandbox is and how far it can be trusted; shown by `omni doctor` and every report. */
export interface SandboxDescription {
  readonly kind: "docker" | "embedded" | "custom";
  /** e.g. image digest, runtime. */
  readonly detail: string;
  /** Ids (digests) of the images that programs run in, Node's where it is there; they stay the same as long as the sandbox is open. */
  readonly images?: readonly string[];
  /** Whether programs have no network, by more than the language's own means. */
  readonly networkIsolated: boolean;
  /** False: reports say "not for untrusted code". */
  readonly forUntrustedCode: boolean;
}

/** How long something took; seconds. Count and total are of all, the rest of the last thousand or so. */
export interface Durations {
  readonly count: number;
  readonly total: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What a sandbox has done since it was opened, and what it does now. */
export interface SandboxStats {
  /** Submissions waiting for their turn, and under way. */
  readonly queued: number;
  readonly running: number;
  /** Slots (containers, processes) started ahead and waiting. */
  readonly ready: number;
  /** Submissions that ended, cancelled ones aside. */
  readonly finished: number;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  /** Slots started, and slots used once and thrown away. */
  readonly slotsStarted: number;
  readonly slotsRecycled: number;
  /** Attempts that lost their slot through no fault of the program and were made again. */
  readonly retries: number;
  /** Submissions that ran out of wall-clock time while they waited for a processor, and were run once more, alone. */
  readonly rerunsAlone: number;
  /** Waiting for a turn; then for a slot, and for a judge's where tests run apart. */
  readonly queueS: Durations;
  readonly acquireS: Durations;
  /** The program's time. */
  readonly runS: Durations;
  /** Comparing what it printed, or the judge's time. */
  readonly judgeS: Durations;
}

/** Runs model-written programs. Implementations bound their own concurrency; `run` may be called thousands of times at once. */
export interface Sandbox {
  readonly description: SandboxDescription;
  /** Never rejects for what the program does; rejects with CancelledError only. Lost infrastructure is retried, then `infrastructure_error`. */
  run(submission: Submission, options?: { readonly signal?: AbortSignal }): Promise<SandboxResult>;
  /** What it has done so far. */
  stats(): SandboxStats;
  /** Ends every program and frees everything; idempotent. */
  close(): Promise<void>;
}
