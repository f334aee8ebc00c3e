import { CancelledError, throwIfAborted } from "../../core/index.js";

/** Lets a bounded number of jobs run at once, first come first served. */
export interface Limiter {
  /** Runs a job when there is room. Rejects with CancelledError if the signal fires while it waits. */
  run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** A limiter of `limit` jobs at once (≥ 1). */
export function createLimiter(limit: number): Limiter {
  const waiting = new Set<() => void>();
  let running = 0;

  const enter = (signal: AbortSignal | undefined): Promise<void> => {
    if (running < limit) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const admit = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        waiting.delete(admit);
        reject(new CancelledError("cancelled", { cause: signal?.reason }));
      };
      waiting.add(admit);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  };

  // The place of a finished job goes straight to the next in line, so nobody can overtake the queue.
  const leave = (): void => {
    const next = waiting.values().next().value;
    if (next === undefined) {
      running -= 1;
    } else {
      waiting.delete(next);
      next();
    }
  };

  return {
    run: async (job, signal) => {
      throwIfAborted(signal);
      await enter(signal);
      try {
        return await job();
      } finally {
        leave();
      }
    },
  };
}
