import { CancelledError, throwIfAborted } from "../core/index.js";

/** So many at a time, first come, first served. */
export class Turns {
  readonly #queue = new Set<() => void>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** How many wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Waits for a turn; whoever has one must {@link pass} it on. Rejects with CancelledError when the signal fires first. */
  async take(signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#queue.delete(go);
        signal.removeEventListener("abort", stop);
      };
      const go = () => {
        leave();
        resolve();
      };
      const stop = () => {
        leave();
        reject(new CancelledError("cancelled", { cause: signal.reason }));
      };
      this.#queue.add(go);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  /** Ends a turn. The next in the queue has it then, so nobody can slip in between. */
  pass(): void {
    const [next] = this.#queue;
    if (next === undefined) this.#free += 1;
    else next();
  }
}
