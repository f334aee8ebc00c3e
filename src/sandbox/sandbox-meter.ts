import type { Durations, SandboxStats, Verdict } from "./sandbox.js";
import type { SlotCounts } from "./warm-slots.js";

const kept = 1024;

/** The last thousand or so durations, and the number of all. */
class Timings {
  readonly #last: number[] = [];
  #count = 0;

  add(seconds: number): void {
    this.#last[this.#count % kept] = seconds;
    this.#count += 1;
  }

  get durations(): Durations {
    const sorted = [...this.#last].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(sorted.length, 1);
    return { count: this.#count, mean, p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0 };
  }
}

/** Counts what a pooled sandbox does. Its memory does not grow. */
export class SandboxMeter {
  readonly acquire = new Timings();
  readonly run = new Timings();
  readonly judge = new Timings();
  readonly #verdicts: Partial<Record<Verdict, number>> = {};
  #finished = 0;
  #retries = 0;

  finished(verdict: Verdict): void {
    this.#finished += 1;
    this.#verdicts[verdict] = (this.#verdicts[verdict] ?? 0) + 1;
  }

  retried(): void {
    this.#retries += 1;
  }

  stats({ queued, running, ready, started, recycled }: SlotCounts): SandboxStats {
    return {
      queued,
      running,
      ready,
      finished: this.#finished,
      verdicts: { ...this.#verdicts },
      slotsStarted: started,
      slotsRecycled: recycled,
      retries: this.#retries,
      acquireS: this.acquire.durations,
      runS: this.run.durations,
      judgeS: this.judge.durations,
    };
  }
}

/** Seconds since a `performance.now()`. */
export function since(began: number): number {
  return (performance.now() - began) / 1000;
}
