import type { Durations } from "./sandbox.js";

const kept = 1024;

/** The last thousand or so durations, and the number and sum of all. */
export class Timings {
  readonly #last: number[] = [];
  #count = 0;
  #total = 0;

  add(seconds: number): void {
    this.#last[this.#count % kept] = seconds;
    this.#count += 1;
    this.#total += seconds;
  }

  get durations(): Durations {
    const sorted = [...this.#last].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(sorted.length, 1);
    const total = this.#total;
    return { count: this.#count, total, mean, p50: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? 0 };
  }
}

/** Seconds since a `performance.now()`. */
export function since(began: number): number {
  return (performance.now() - began) / 1000;
}
