import { setMaxListeners } from "node:events";
import { CancelledError, SandboxError, throwIfAborted } from "../core/index.js";
import { sameSlot } from "./limits.js";
import type { SandboxLimits } from "./sandbox.js";
import type { Slot, StartSlot } from "./slot.js";

/**
 * Bounds how many slots are in use and keeps as many more ready. A slot is used once; its successor is started in the
 * background while the current ones work. Slots with other than the usual limits are started when asked for.
 */
export class WarmSlots {
  readonly #start: StartSlot;
  readonly #size: number;
  readonly #limits: SandboxLimits;
  readonly #ending = new AbortController();
  /** Started or being started, none in use. */
  readonly #ready: Promise<Slot>[] = [];
  readonly #ended = new Set<Promise<void>>();
  readonly #using = new Set<Promise<unknown>>();
  readonly #queue: (() => void)[] = [];
  #free: number;

  constructor(start: StartSlot, size: number, limits: SandboxLimits) {
    this.#start = start;
    this.#size = size;
    this.#limits = limits;
    this.#free = size;
    setMaxListeners(0, this.#ending.signal);
    this.#refill();
  }

  /** Waits for a turn, gives `work` a fresh slot, and ends the slot after it. */
  async use<T>(limits: SandboxLimits, signal: AbortSignal, work: (slot: Slot) => Promise<T>): Promise<T> {
    await this.#turn(signal);
    const using = this.#useOne(limits, signal, work);
    this.#using.add(using);
    try {
      return await using;
    } finally {
      this.#using.delete(using);
      const next = this.#queue.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #useOne<T>(limits: SandboxLimits, signal: AbortSignal, work: (slot: Slot) => Promise<T>): Promise<T> {
    const slot = await this.#take(limits, signal);
    try {
      return await work(slot);
    } finally {
      const ended = slot.close().catch(() => undefined);
      this.#ended.add(ended);
      void ended.then(() => this.#ended.delete(ended));
    }
  }

  async #take(limits: SandboxLimits, signal: AbortSignal): Promise<Slot> {
    if (!sameSlot(limits, this.#limits)) return this.#start(limits, signal);
    for (let tries = 0; tries <= this.#size; tries++) {
      const started = this.#ready.shift();
      if (started === undefined) throw new CancelledError("the sandbox was closed");
      this.#refill();
      const slot = await started;
      if (slot.alive) return slot;
      await slot.close();
    }
    throw new SandboxError("sandbox slots end as soon as they start", { retryable: true });
  }

  #refill(): void {
    while (this.#ready.length < this.#size && !this.#ending.signal.aborted) {
      const started = this.#start(this.#limits, this.#ending.signal);
      // Whoever takes it sees the failure; nobody may.
      started.catch(() => undefined);
      this.#ready.push(started);
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    // Whoever ends hands the turn over, so nobody can slip in between.
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = () => {
        this.#queue.splice(this.#queue.indexOf(go), 1);
        reject(new CancelledError("cancelled", { cause: signal.reason }));
      };
      this.#queue.push(go);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  /** Ends all slots; those in use must have been told to end by their own signal. */
  async close(): Promise<void> {
    this.#ending.abort(new CancelledError("the sandbox was closed"));
    const ready = this.#ready.splice(0);
    await Promise.allSettled(this.#using);
    await Promise.allSettled(ready.map(async (started) => (await started).close()));
    await Promise.allSettled(this.#ended);
  }
}
