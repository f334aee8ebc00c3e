/** What JSON can say: what crosses to a worker and back. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * Work that runs in another process, because it may hang, exhaust memory or crash.
 *
 * A kind is registered where the pool is composed (`src/compose/workers.ts`), by the name of a module that only the
 * worker loads: `{ runtime: "node", module: <file URL of the built module> }` whose export `handle` is a
 * {@link JobHandler}, or `{ runtime: "python", module: "package.module" }` with a function `handle(input)`. The control
 * plane knows the name alone, never the module.
 */
export interface VerifyJob<T> {
  /** Which handler does it, e.g. `math`. */
  readonly kind: string;
  /** What the handler gets; at most 1 MiB as JSON. */
  readonly input: JsonValue;
  /**
   * Reads the handler's output. Workers are not trusted: it throws on what is not an answer, and the job is done again
   * as if its worker had died.
   */
  readonly read: (output: unknown) => T;
}

/** A handler as a worker's module exports it under the name `handle`. What it throws becomes the outcome `failed`. */
export type JobHandler = (input: unknown) => JsonValue | Promise<JsonValue>;

/**
 * What became of a job. Only `value` is an answer. The four that the input may be to blame for have been confirmed by a run
 * alone, in a worker that held nothing else (`failed` excepted: it is the handler's own word).
 */
export type VerifyOutcome<T> =
  | { readonly kind: "value"; readonly value: T }
  /** It ran for its whole deadline, then alone for another, and its workers were killed. */
  | { readonly kind: "timed_out"; readonly reason: string }
  /** It was lost to a deadline, to memory or to deaths before; alone its worker outgrew `memoryMb` and was killed. */
  | { readonly kind: "out_of_memory"; readonly reason: string }
  /** The handler threw, or the input is too large for a worker. */
  | { readonly kind: "failed"; readonly reason: string }
  /** Its worker died under it twice, or it overran a limit, and its worker died once more when it ran alone. */
  | { readonly kind: "masked"; readonly reason: string }
  /** No worker could do it: none connected, none starts. */
  | { readonly kind: "infrastructure"; readonly reason: string };

/** How one job is run. */
export interface RunOptions {
  /**
   * Milliseconds of one run of the job, time in the queue aside; default: the pool's `deadlineMs`. All its runs together
   * take at most twice that.
   */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds: of the last thousand jobs, and summed over all. */
export interface LatencyStats {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly total: number;
}

/** Counts since the pool was opened, and what it does now. */
export interface WorkerStats {
  /** Jobs waiting for a worker. */
  readonly queued: number;
  /** Jobs given to workers and not answered yet. */
  readonly running: number;
  /** Workers that take jobs; spares are not counted. */
  readonly workers: number;
  /** Workers with a job. */
  readonly busy: number;
  /** Jobs by what became of them. */
  readonly outcomes: Readonly<Record<VerifyOutcome<unknown>["kind"], number>>;
  /** Workers that ended without being told to. */
  readonly deaths: number;
  /** Workers that the pool killed, for a deadline or for memory. */
  readonly killed: number;
  /** Times that a job was given again because its worker was lost. */
  readonly retried: number;
  /** Jobs that ran alone: they had overrun a limit, or two workers had died under them. */
  readonly quarantined: number;
  /** What peers sent that was dropped, by why. */
  readonly dropped: Readonly<Record<string, number>>;
  /** From `run` to the outcome. */
  readonly latencyMs: LatencyStats;
  /** From `run` to the start of the work. */
  readonly waitMs: LatencyStats;
}

/** The verify workers. Nothing is started before the first job. */
export interface VerifyWorkers {
  /**
   * Runs one job; may be called thousands of times at once. Never rejects for what a job or a worker does.
   * @throws CancelledError when the signal fires or the pool is closed; ConfigError for a kind that nobody registered
   */
  run<T>(job: VerifyJob<T>, options?: RunOptions): Promise<VerifyOutcome<T>>;
  stats(): WorkerStats;
  /** Ends every local worker and lets remote ones go; jobs under way are cancelled. Idempotent. */
  close(): Promise<void>;
}
