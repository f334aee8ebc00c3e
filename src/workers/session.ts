import type { Ticket } from "./ticket.js";

/** How a message leaves to a worker. That it cannot be reached is told as its loss. */
export type SendFrames = (frames: readonly string[]) => void;

/** A job in a worker's hands. */
export interface Entry {
  readonly id: number;
  readonly ticket: Ticket;
  /** Milliseconds that this run may take. */
  readonly limitMs: number;
  /** Milliseconds, when the worker got to it; undefined while others of its worker are before it. */
  startedAt: number | undefined;
  /** Given to somebody else meanwhile; the first answer counts. */
  lent: boolean;
}

/** What the pool does with a worker that it started itself. */
export interface LocalHold {
  /** SIGKILL. */
  kill(): void;
}

const ANSWERED_KEPT = 64;
const PREFETCH = 8;

/** One worker as the control plane knows it: what it can do and which jobs it holds, in the order it got them. */
export class Session {
  readonly #entries = new Map<number, Entry>();
  readonly #answered: number[] = [];
  /** Takes jobs; a warm spare does not. */
  accepting = true;
  /** Ends once it holds nothing. */
  retiring = false;
  /** Runs a suspected job, or is emptied for one: it takes nothing else. */
  alone = false;
  lastHeard: number;
  malformed = 0;

  constructor(
    readonly kinds: readonly string[],
    /** Jobs that it runs at a time. */
    readonly slots: number,
    readonly send: SendFrames,
    /** Undefined for a worker that somebody else started. */
    readonly local: LocalHold | undefined,
    now: number,
  ) {
    this.lastHeard = now;
  }

  /** In the order given. */
  get entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  get held(): number {
    return this.#entries.size;
  }

  /** Whether it may get one more: beyond what it runs it holds jobs ready only while jobs are short. */
  hasCredit(prefetch: boolean, now: number, slowMs: number): boolean {
    if (!this.accepting || this.alone || this.retiring) return false;
    if (this.#entries.size < this.slots) return true;
    if (!prefetch || this.#entries.size >= this.slots * PREFETCH) return false;
    for (const { startedAt } of this.running()) if (startedAt !== undefined && now - startedAt > slowMs) return false;
    return true;
  }

  /** The entries that it is at work on: it takes them in order, `slots` at a time. */
  *running(): Generator<Entry> {
    let left = this.slots;
    for (const entry of this.#entries.values()) {
      if (left === 0) return;
      left -= 1;
      yield entry;
    }
  }

  give(id: number, ticket: Ticket, limitMs: number, now: number): void {
    this.#entries.set(id, { id, ticket, limitMs, startedAt: undefined, lent: false });
    this.#start(now);
  }

  /** Takes an entry out once it is answered: `twice` when it was before, `not_given` when this worker never had it. */
  take(id: number, now: number): Entry | "twice" | "not_given" {
    const entry = this.#entries.get(id);
    if (entry === undefined) return this.#answered.includes(id) ? "twice" : "not_given";
    this.#entries.delete(id);
    this.#answered.push(id);
    if (this.#answered.length > ANSWERED_KEPT) this.#answered.shift();
    this.#start(now);
    return entry;
  }

  #start(now: number): void {
    for (const entry of this.running()) entry.startedAt ??= now;
  }
}
