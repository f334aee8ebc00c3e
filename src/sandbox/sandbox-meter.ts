import type { SandboxStats, Verdict } from "./sandbox.js";
import { Timings } from "./timings.js";
import type { SlotCounts, Waited } from "./warm-slots.js";

/** Counts what a pooled sandbox does. Its memory does not grow. */
export class SandboxMeter {
  readonly run = new Timings();
  readonly judge = new Timings();
  readonly #queue = new Timings();
  readonly #acquire = new Timings();
  readonly #verdicts: Partial<Record<Verdict, number>> = {};
  #finished = 0;
  #retries = 0;
  #rerunsAlone = 0;

  waited({ queueS, acquireS }: Waited): void {
    this.#queue.add(queueS);
    this.#acquire.add(acquireS);
  }

  finished(verdict: Verdict): void {
    this.#finished += 1;
    this.#verdicts[verdict] = (this.#verdicts[verdict] ?? 0) + 1;
  }

  retried(): void {
    this.#retries += 1;
  }

  rerunAlone(): void {
    this.#rerunsAlone += 1;
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
      rerunsAlone: this.#rerunsAlone,
      queueS: this.#queue.durations,
      acquireS: this.#acquire.durations,
      runS: this.run.durations,
      judgeS: this.judge.durations,
    };
  }
}
