import type { LatencyStats, VerifyOutcome } from "./workers.js";

const KEPT = 1000;

/** The last thousand durations and the sum of all, in milliseconds. */
class Durations {
  readonly #values: number[] = [];
  #next = 0;
  #total = 0;

  add(ms: number): void {
    this.#values[this.#next] = ms;
    this.#next = (this.#next + 1) % KEPT;
    this.#total += ms;
  }

  stats(): LatencyStats {
    const sorted = this.#values.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0, total: this.#total };
  }
}

/** What a pool counts. */
export class Tally {
  readonly outcomes: Record<VerifyOutcome<unknown>["kind"], number> = {
    value: 0,
    timed_out: 0,
    out_of_memory: 0,
    failed: 0,
    masked: 0,
    infrastructure: 0,
  };
  readonly latency = new Durations();
  readonly wait = new Durations();
  readonly #dropped = new Map<string, number>();
  deaths = 0;
  killed = 0;
  retried = 0;
  quarantined = 0;

  drop(why: string): void {
    this.#dropped.set(why, (this.#dropped.get(why) ?? 0) + 1);
  }

  get dropped(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#dropped);
  }
}
