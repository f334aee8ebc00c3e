import type { StepMetrics } from "./events.js";

/** Estimates the seconds that the remaining steps take, from the last steps of the same phase. */
export class TimeLeft {
  readonly #recent: number[] = [];
  #phase = "";

  /** Counts a committed step; replayed ones took no real time. */
  add(metrics: StepMetrics): void {
    if (metrics.phase !== this.#phase) this.#recent.length = 0;
    this.#phase = metrics.phase;
    const { evaluate = 0, save = 0, ...work } = metrics.seconds;
    if (!metrics.replayed) this.#recent.push(Object.values(work).reduce((sum, spent) => sum + spent, 0));
    if (this.#recent.length > 5) this.#recent.shift();
  }

  /** Seconds, or undefined before the first step of a phase. */
  estimate(remaining: number): number | undefined {
    if (this.#recent.length === 0) return undefined;
    return (remaining * this.#recent.reduce((sum, spent) => sum + spent, 0)) / this.#recent.length;
  }
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function showSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
