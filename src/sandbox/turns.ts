import { CancelledError, throwIfAborted } from "../core/index.js";

/** A request for turns. */
export interface TurnRequest {
  /** Turns at once; all of them to be alone. Default 1. */
  readonly count?: number;
  /** Goes before everybody else: for work that has begun and has one more part. */
  readonly first?: boolean;
}

interface Waiting {
  readonly count: number;
  readonly go: () => void;
}

/** So many at a time, first come, first served. */
export class Turns {
  readonly #first = new Set<Waiting>();
  readonly #queue = new Set<Waiting>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** How many wait. */
  get queued(): number {
    return this.#first.size + this.#queue.size;
  }

  /** Waits for its turns; whoever has them must {@link pass} them on. Rejects with CancelledError when the signal fires first. */
  async take(signal: AbortSignal, { count = 1, first = false }: TurnRequest = {}): Promise<void> {
    throwIfAborted(signal);
    const queue = first ? this.#first : this.#queue;
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        count,
        go: () => {
          signal.removeEventListener("abort", stop);
          resolve();
        },
      };
      const stop = () => {
        queue.delete(waiting);
        reject(new CancelledError("cancelled", { cause: signal.reason }));
        // Those behind may have waited for this one alone.
        this.#serve();
      };
      signal.addEventListener("abort", stop, { once: true });
      queue.add(waiting);
      this.#serve();
    });
  }

  /** Ends `count` turns. The next in the queue has them then, so nobody can slip in between. */
  pass(count = 1): void {
    this.#free += count;
    this.#serve();
  }

  #serve(): void {
    for (const queue of [this.#first, this.#queue]) {
      for (const waiting of queue) {
        if (waiting.count > this.#free) return;
        this.#free -= waiting.count;
        queue.delete(waiting);
        waiting.go();
      }
    }
  }
}
