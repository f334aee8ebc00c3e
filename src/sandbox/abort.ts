import { setMaxListeners } from "node:events";
import { CancelledError } from "../core/index.js";

/** A signal that fires with the first of several, and the way to let go of them: long-lived signals keep nothing of it. */
export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  readonly unlink: () => void;
} {
  const controller = new AbortController();
  const known = signals.filter((signal) => signal !== undefined);
  const fire = (event: Event) => {
    const from = known.find((signal) => signal === event.target);
    controller.abort(from?.reason);
  };
  for (const signal of known) {
    if (signal.aborted) controller.abort(signal.reason);
    // Thousands of runs wait on one signal; that is no leak.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", fire, { once: true });
  }
  return {
    signal: controller.signal,
    unlink: () => {
      for (const signal of known) signal.removeEventListener("abort", fire);
    },
  };
}

/** Settles with the promise, or rejects when the signal fires first. */
export async function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Should the signal win, nobody else looks at what becomes of the promise.
  promise.catch(() => undefined);
  if (signal.aborted) throw new CancelledError("cancelled", { cause: signal.reason });
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CancelledError("cancelled", { cause: signal.reason }));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
