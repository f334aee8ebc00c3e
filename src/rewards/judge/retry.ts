import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, JudgeError, throwIfAborted } from "../../core/index.js";

/** How often and how long an attempt is repeated. */
export interface RetryPolicy {
  /** Repetitions after the first attempt. */
  readonly maxRetries: number;
  /** First back-off; doubles each time up to `maxBackoffMs`, with jitter in its upper half. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** An attempt that failed; `details.retryAfterMs` where the endpoint said when to come again. */
export class AttemptError extends JudgeError {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The endpoint may have worked on it, and charge for it, though no whole reply came. */
  readonly maybeBilled: boolean;
  /** The request's form was at fault and has been changed: it is asked again at once, and no retry is counted. */
  readonly formChanged: boolean;

  constructor(message: string, options: AttemptFacts) {
    super(message, { code: "judge_attempt_failed", retryable: options.retryable, cause: options.cause });
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.maybeBilled = options.maybeBilled ?? false;
    this.formChanged = options.formChanged ?? false;
  }

  /** The same failure in other words. */
  restated(message: string): AttemptError {
    return message === this.message ? this : new AttemptError(message, this.#facts());
  }

  /** The same failure once its cause has been taken out of the request. */
  mended(): AttemptError {
    return new AttemptError(this.message, { ...this.#facts(), formChanged: true });
  }

  #facts(): AttemptFacts {
    const { retryable, status, maybeBilled, cause } = this;
    return { retryable, status, retryAfterMs: this.retryAfterMs, maybeBilled, cause };
  }
}

interface AttemptFacts {
  readonly retryable: boolean;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly maybeBilled?: boolean;
  readonly formChanged?: boolean;
  readonly cause?: unknown;
}

/** Forms that one question may go through: one for each thing of a request that an endpoint may refuse. */
const MAX_FORMS = 4;

/**
 * Runs `attempt` until it succeeds, fails for good, or the retries or the time are used up; then throws the last
 * AttemptError. A wait that would end after `deadlineAt()` (performance.now() milliseconds) is not begun.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  deadlineAt: () => number,
  signal?: AbortSignal,
): Promise<T> {
  let forms = 1;
  for (let retry = 0; ; retry++) {
    throwIfAborted(signal);
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof AttemptError && error.formChanged && forms++ < MAX_FORMS) {
        retry -= 1;
        continue;
      }
      if (!(error instanceof AttemptError) || !error.retryable || retry >= policy.maxRetries) throw error;
      const waitMs = backoffMs(policy, retry, error.retryAfterMs);
      if (performance.now() + waitMs >= deadlineAt()) throw error;
      await wait(waitMs, signal);
    }
  }
}

/** Exponential back-off with jitter in [½, 1] of it, never earlier than the endpoint asked for. */
export function backoffMs(policy: RetryPolicy, retry: number, retryAfterMs = 0, random = Math.random): number {
  const ceiling = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** retry);
  const jittered = ceiling * (0.5 + 0.5 * random());
  return retryAfterMs > 0 ? retryAfterMs + Math.min(jittered, retryAfterMs / 10) : jittered;
}

/** Milliseconds that `Retry-After` (seconds or an HTTP date) or `retry-after-ms` asks for; undefined without either. */
export function retryAfterMs(headers: Headers | undefined, now = Date.now()): number | undefined {
  const ms = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers?.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Calls `fire` after so many milliseconds unless the function that it returns is called before. */
export type StartTimer = (fire: () => void, ms: number) => () => void;

const clock: StartTimer = (fire, ms) => {
  const timer = setTimeout(fire, ms);
  return () => clearTimeout(timer);
};

/**
 * Runs `job` with a signal that fires when the caller's does or after `timeoutMs`. The caller's signal rejects with
 * CancelledError; time running out with a retryable AttemptError. The job is not waited for once either fired.
 */
export async function withTimeout<T>(
  job: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
  startTimer = clock,
): Promise<T> {
  throwIfAborted(signal);
  const controller = new AbortController();
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    const cancelled = () => reject(new CancelledError("cancelled", { cause: signal?.reason }));
    const timedOut = () =>
      reject(new AttemptError(`no reply within ${timeoutMs} ms`, { retryable: true, maybeBilled: true }));
    const disarm = startTimer(timedOut, timeoutMs);
    signal?.addEventListener("abort", cancelled, { once: true });
    stop = () => {
      disarm();
      signal?.removeEventListener("abort", cancelled);
    };
  });
  try {
    return await Promise.race([job(controller.signal), stopped]);
  } finally {
    stop();
    controller.abort();
  }
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new CancelledError("cancelled", { cause: error });
  }
}
