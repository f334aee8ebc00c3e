import { CancelledError, throwIfAborted } from "../../core/index.js";
import { AttemptError } from "./retry.js";

/** What may be asked of an endpoint. What is undefined is unlimited. */
export interface ThrottleLimits {
  /** Requests under way at once. */
  readonly maxConcurrency: number;
  readonly requestsPerMinute?: number | undefined;
  /** Prompt and completion tokens together. */
  readonly tokensPerMinute?: number | undefined;
  /** US dollars over the throttle's life and what was spent before it. */
  readonly maxCostUsd?: number | undefined;
  readonly spentUsd?: number | undefined;
  /** Told what has been spent in all, each time that it grows. */
  readonly onSpent?: ((usd: number) => void) | undefined;
  /** Longest that the endpoint may hold everybody back (Retry-After); what waits for longer is refused. */
  readonly maxHoldMs?: number | undefined;
  /** The "minute" of the limits above, in milliseconds; for tests on a faster scale. */
  readonly windowMs?: number;
}

/** What a request costs, estimated from above before it is made, or as it turned out. */
export interface Cost {
  readonly tokens: number;
  readonly usd: number;
}

/** A job tells what it really cost; until then, and if it never does, the estimate counts. */
export type ThrottledJob<T> = (spent: (cost: Cost) => void) => Promise<T>;

interface Entry {
  cost: Cost;
  /** performance.now() of its end; undefined while it is under way. */
  endedAt: number | undefined;
}

interface Waiting {
  readonly cost: Cost;
  readonly admit: (entry: Entry) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Lets requests through, first come first served, so that no limit is ever exceeded, also not as the endpoint sees it: a
 * request counts from its start until a whole minute after its *end*, so two that arrive within a minute of each other were
 * always counted together, whatever the network did. A single request above the token limit goes alone.
 */
export class Throttle {
  readonly #limits: ThrottleLimits;
  readonly #windowMs: number;
  /** Those that asked before go first: their time is running. */
  readonly #again = new Set<Waiting>();
  readonly #waiting = new Set<Waiting>();
  /** Under way, and ended less than a window ago. */
  #recent: Entry[] = [];
  #running = 0;
  #spentUsd: number;
  #reservedUsd = 0;
  #timer: NodeJS.Timeout | undefined;
  /** performance.now() before which the endpoint wants no request at all. */
  #heldUntil = 0;

  constructor(limits: ThrottleLimits) {
    this.#limits = limits;
    this.#windowMs = limits.windowMs ?? 60_000;
    this.#spentUsd = limits.spentUsd ?? 0;
  }

  /** Lets nobody in for so many milliseconds: the endpoint said Retry-After, and means everybody who asks with this key. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, performance.now() + ms);
    this.#pump();
  }

  /**
   * Runs a job when there is room for its estimated cost; `again` puts it before all that ask for the first time. Rejects with CancelledError if the signal fires while it waits,
   * and with an AttemptError that is not to be retried once the money is spent.
   */
  async run<T>(
    cost: Cost,
    job: ThrottledJob<T>,
    { again = false, signal }: { readonly again?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    throwIfAborted(signal);
    const entry = await this.#enter(cost, again ? this.#again : this.#waiting, signal);
    try {
      return await job((spent) => {
        entry.cost = spent;
      });
    } finally {
      this.#leave(entry, cost);
    }
  }

  #enter(cost: Cost, queue: Set<Waiting>, signal: AbortSignal | undefined): Promise<Entry> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.delete(waiting);
        if (this.#again.size + this.#waiting.size === 0) clearTimeout(this.#timer);
        reject(new CancelledError("cancelled", { cause: signal?.reason }));
      };
      const settled = <V>(settle: (value: V) => void) => {
        return (value: V) => {
          signal?.removeEventListener("abort", giveUp);
          queue.delete(waiting);
          settle(value);
        };
      };
      const waiting: Waiting = { cost, admit: settled(resolve), refuse: settled(reject) };
      queue.add(waiting);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#pump();
    });
  }

  #leave(entry: Entry, estimate: Cost): void {
    entry.endedAt = performance.now();
    this.#running -= 1;
    this.#reservedUsd -= estimate.usd;
    this.#spentUsd += entry.cost.usd;
    if (entry.cost.usd > 0) this.#limits.onSpent?.(this.#spentUsd);
    this.#pump();
  }

  /** Lets in who can go; the first that cannot holds the others, so that nobody overtakes. */
  #pump(): void {
    for (const waiting of this.#inLine()) {
      if (this.#overBudget(waiting.cost, 0)) {
        const message = `the cost budget is used up: ${this.#spentUsd.toFixed(4)} of ${this.#limits.maxCostUsd} US dollars (judge.maxCostUsd)`;
        waiting.refuse(new AttemptError(message, { retryable: false }));
        continue;
      }
      const heldMs = this.#heldUntil - performance.now();
      if (heldMs > (this.#limits.maxHoldMs ?? Number.POSITIVE_INFINITY)) {
        const message = `the endpoint wants no request for ${Math.ceil(heldMs / 1000)} s (Retry-After), longer than the deadline`;
        waiting.refuse(new AttemptError(message, { retryable: false }));
        continue;
      }
      if (heldMs > 0) {
        this.#pumpAfter(heldMs + 1);
        return;
      }
      if (this.#running >= this.#limits.maxConcurrency || this.#overBudget(waiting.cost, this.#reservedUsd)) return;
      const waitMs = this.#windowWait(waiting.cost);
      if (waitMs > 0) {
        this.#pumpAfter(waitMs);
        return;
      }
      const entry: Entry = { cost: waiting.cost, endedAt: undefined };
      if (this.#counts()) this.#recent.push(entry);
      this.#running += 1;
      this.#reservedUsd += waiting.cost.usd;
      waiting.admit(entry);
    }
  }

  #pumpAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (Number.isFinite(ms)) this.#timer = setTimeout(() => this.#pump(), ms);
  }

  *#inLine(): Generator<Waiting> {
    yield* this.#again;
    yield* this.#waiting;
  }

  #counts(): boolean {
    return this.#limits.requestsPerMinute !== undefined || this.#limits.tokensPerMinute !== undefined;
  }

  #overBudget(cost: Cost, reservedUsd: number): boolean {
    // A billionth of slack: sums of floating-point prices.
    return this.#spentUsd + reservedUsd + cost.usd > (this.#limits.maxCostUsd ?? Number.POSITIVE_INFINITY) + 1e-9;
  }

  /** Milliseconds until the windows have room; 0 = now, infinite (a finished request will pump) while all are under way. */
  #windowWait(cost: Cost): number {
    if (!this.#counts()) return 0;
    const now = performance.now();
    this.#recent = this.#recent.filter(({ endedAt }) => endedAt === undefined || endedAt + this.#windowMs > now);
    const { requestsPerMinute = Number.POSITIVE_INFINITY, tokensPerMinute = Number.POSITIVE_INFINITY } = this.#limits;
    const tokens = this.#recent.reduce((sum, entry) => sum + entry.cost.tokens, 0);
    const fits = tokens + cost.tokens <= tokensPerMinute || this.#recent.length === 0;
    if (fits && this.#recent.length < requestsPerMinute) return 0;
    const oldest = Math.min(...this.#recent.map(({ endedAt }) => endedAt ?? Number.POSITIVE_INFINITY));
    return oldest + this.#windowMs - now + 1;
  }
}
