import type { CodeTests } from "../core/index.js";

/** Limits of one submission. Wall and cpu count for each stdio case, or for the whole test run. */
export interface SandboxLimits {
  readonly wallS: number;
  /** CPU seconds; undefined = unlimited within wallS. */
  readonly cpuS?: number;
  readonly memoryMb: number;
  readonly pids: number;
  readonly diskMb: number;
  readonly outputMb: number;
}

/** Defaults of design contract 3. */
export const defaultLimits: SandboxLimits = { wallS: 10, memoryMb: 256, pids: 64, diskMb: 64, outputMb: 4 };

/** A program with what it is tested against. */
export interface Submission {
  readonly id: string;
  readonly language: "python";
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
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

/** What a sandbox is and how far it can be trusted; shown by `omni doctor` and every report. */
export interface SandboxDescription {
  readonly kind: "docker" | "embedded" | "custom";
  /** e.g. image digest, runtime. */
  readonly detail: string;
  /** Whether programs have no network, by more than the language's own means. */
  readonly networkIsolated: boolean;
  /** False: reports say "not for untrusted code". */
  readonly forUntrustedCode: boolean;
}

/** Runs model-written programs. Implementations bound their own concurrency; `run` may be called thousands of times at once. */
export interface Sandbox {
  readonly description: SandboxDescription;
  /** Never rejects for what the program does; rejects with CancelledError only. Lost infrastructure is retried, then `infrastructure_error`. */
  run(submission: Submission, options?: { readonly signal?: AbortSignal }): Promise<SandboxResult>;
  /** Ends every program and frees everything; idempotent. */
  close(): Promise<void>;
}
