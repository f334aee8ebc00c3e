import { setMaxListeners } from "node:events";
import { CancelledError, SandboxError, throwIfAborted } from "../core/index.js";
import { withSignal } from "./abort.js";
import { type Slot, type SlotWant, type StartSlot, slotKey } from "./slot.js";
import { since } from "./timings.js";
import { Turns } from "./turns.js";

/** A slot that is started or being started, and not in use. */
interface Ready {
  readonly key: string;
  readonly slot: Promise<Slot>;
}

/** What the pool has done so far and holds now. */
export interface SlotCounts {
  /** Submissions waiting for their turn. */
  readonly queued: number;
  readonly running: number;
  /** Slots started ahead. */
  readonly ready: number;
  readonly started: number;
  /** Slots used, each once, then thrown away. */
  readonly recycled: number;
}

/** How long a submission waited for its turn, and then for its slot; seconds. */
export interface Waited {
  readonly queueS: number;
  readonly acquireS: number;
}

/**
 * Bounds how many submissions are under way and keeps slots ready for as many more. A slot is used once; its successor is
 * started in the background while the current ones work. What is kept ready follows what is asked for: a want that finds
 * none gets one of its own started, and takes the place of the oldest that nobody asked for.
 */
export class WarmSlots {
  readonly #start: StartSlot;
  readonly #size: number;
  readonly #ending = new AbortController();
  /** Oldest first. */
  readonly #ready: Ready[] = [];
  readonly #ended = new Set<Promise<void>>();
  readonly #using = new Set<Promise<unknown>>();
  readonly #turns: Turns;
  #started = 0;
  #recycled = 0;

  /** @param size submissions at a time; `usual` is what most of them will want */
  constructor(start: StartSlot, size: number, usual: SlotWant) {
    this.#start = start;
    this.#size = size;
    this.#turns = new Turns(size);
    setMaxListeners(0, this.#ending.signal);
    for (let index = 0; index < size; index++) this.#prepare(usual);
  }

  get counts(): SlotCounts {
    return {
      queued: this.#turns.queued,
      running: this.#using.size,
      ready: this.#ready.length,
      started: this.#started,
      recycled: this.#recycled,
    };
  }

  /**
   * Waits for a turn, with `alone` until nothing else runs, with `first` before all that have not begun; gives `work` a fresh
   * slot, and ends that after it.
   */
  async use<T>(
    want: SlotWant,
    signal: AbortSignal,
    work: (slot: Slot, waited: Waited) => Promise<T>,
    { alone = false, first = false } = {},
  ): Promise<T> {
    const asked = performance.now();
    const turns = alone ? this.#size : 1;
    await this.#turns.take(signal, { count: turns, first });
    const queueS = since(asked);
    const turn = performance.now();
    const using = this.#useOnce(want, signal, (slot) => work(slot, { queueS, acquireS: since(turn) }));
    this.#using.add(using);
    try {
      return await using;
    } finally {
      this.#using.delete(using);
      this.#turns.pass(turns);
    }
  }

  async #useOnce<T>(want: SlotWant, signal: AbortSignal, work: (slot: Slot) => Promise<T>): Promise<T> {
    const slot = await this.#take(want, signal);
    try {
      return await work(slot);
    } finally {
      this.#end(slot);
    }
  }

  /** Ends a slot in the background; close() waits for it. */
  #end(slot: Slot): void {
    this.#recycled += 1;
    const ended = slot.close().catch(() => undefined);
    this.#ended.add(ended);
    void ended.then(() => this.#ended.delete(ended));
  }

  async #take(want: SlotWant, signal: AbortSignal): Promise<Slot> {
    const key = slotKey(want);
    for (let tries = 0; tries <= this.#size; tries++) {
      throwIfAborted(this.#ending.signal);
      const index = this.#ready.findIndex((each) => each.key === key);
      const [found] = index === -1 ? [] : this.#ready.splice(index, 1);
      this.#prepare(want);
      const slot = await this.#arrival(found?.slot ?? this.#begin(want, signal), signal);
      if (slot.alive) return slot;
      this.#end(slot);
    }
    throw new SandboxError("sandbox slots end as soon as they start", { code: "slots_end", retryable: true });
  }

  /** The slot once it is started; one that arrives after the signal has fired is ended. */
  async #arrival(slot: Promise<Slot>, signal: AbortSignal): Promise<Slot> {
    try {
      return await withSignal(slot, signal);
    } catch (error) {
      if (signal.aborted) void slot.then((late) => this.#end(late)).catch(() => undefined);
      throw error;
    }
  }

  #begin(want: SlotWant, signal: AbortSignal): Promise<Slot> {
    this.#started += 1;
    return this.#start(want, signal);
  }

  /** Starts one ahead; the oldest of another kind makes room for it. */
  #prepare(want: SlotWant): void {
    if (this.#ending.signal.aborted) return;
    const key = slotKey(want);
    if (this.#ready.length >= this.#size) {
      const other = this.#ready.findIndex((each) => each.key !== key);
      if (other === -1) return;
      const [left] = this.#ready.splice(other, 1);
      void left?.slot.then((slot) => this.#end(slot)).catch(() => undefined);
    }
    const slot = this.#begin(want, this.#ending.signal);
    // Whoever takes it sees the failure; nobody may.
    slot.catch(() => undefined);
    this.#ready.push({ key, slot });
  }

  /** Ends all slots; those in use must have been told to end by their own signal. */
  async close(): Promise<void> {
    this.#ending.abort(new CancelledError("the sandbox was closed"));
    const ready = this.#ready.splice(0);
    await Promise.allSettled(this.#using);
    await Promise.allSettled(ready.map(async ({ slot }) => (await slot).close()));
    while (this.#ended.size > 0) await Promise.allSettled(this.#ended);
  }
}
