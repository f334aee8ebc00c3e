import { setTimeout as delay } from "node:timers/promises";
import { type CallSite, isServiceError, isTransportFailure, toEngineError } from "./errors.js";

/** How often, and after what waits, a call is tried. */
export interface RetryPolicy {
  /** Tries in a row without progress, the first included. */
  readonly maxAttempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** Waits of about 0.2, 0.4, 0.8, 1.6, 3.2 s: long enough for a server behind a proxy to come back. */
export const RETRY: RetryPolicy = { maxAttempts: 6, firstDelayMs: 200, maxDelayMs: 5_000 };

/**
 * Whether to send the same request again. Transport failures only, and they are ambiguous: the call may have been carried
 * out. That is harmless for questions; for mutating calls it is so only because the engine answers a known (step, chunk,
 * digest) from memory. DEADLINE_EXCEEDED is not retried: the deadline is the bound on waiting.
 */
export function isRetryable(error: unknown): boolean {
  return isServiceError(error) && isTransportFailure(error);
}

/** The wait before attempt `attempt + 1`, with jitter in [½, 1] so that many clients do not return at once. */
export function backoffMs(attempt: number, policy: RetryPolicy): number {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return full * (0.5 + 0.5 * Math.random());
}

/** Sleeps; ends at once when the caller cancels or the engine is lost, without an error of its own. */
export async function pause(ms: number, site: CallSite): Promise<void> {
  const signal = anySignal(site.signal, site.lost);
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

/** Runs `attempt` until it succeeds, fails for good, or has failed `maxAttempts` times. */
export async function retrying<T>(attempt: () => Promise<T>, site: CallSite, policy: RetryPolicy): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      throwIfOver(site);
      return await attempt();
    } catch (error) {
      if (!isRetryable(error) || tried >= policy.maxAttempts || isOver(site)) throw toEngineError(error, site);
      await pause(backoffMs(tried, policy), site);
    }
  }
}

/** Throws what the site's signals say, if either has fired. */
export function throwIfOver(site: CallSite): void {
  if (isOver(site)) throw toEngineError(new Error("over"), site);
}

/** Whether nobody waits for the call any more. */
export function isOver(site: CallSite): boolean {
  return site.signal?.aborted === true || site.lost?.aborted === true;
}

/** One signal for both, or undefined for none. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
