import { CancelledError, SandboxError } from "../core/index.js";
import { withSignal } from "./abort.js";
import type { LineSlot } from "./live-run.js";
import { defaultLimits, type SandboxLimits } from "./sandbox.js";
import type { Slot, StartSlot } from "./slot.js";
import type { JudgeSlot } from "./tests-run.js";

/** A judge's own limits. Its memory holds what programs answer, in messages of bounded length. */
const judgeLimits: SandboxLimits = { ...defaultLimits, memoryMb: 512, outputMb: 1 };
/** Judges that one slot runs, each in a process of its own, before it is thrown away. */
const judgesEach = 200;

/**
 * Slots for judges. They run tests, never a submission, so one serves many submissions: a process for each, forked from one that
 * has everything loaded.
 */
export class JudgeSlots {
  readonly #start: StartSlot;
  readonly #ending = new AbortController();
  readonly #idle: { readonly slot: LineSlot; readonly used: number }[] = [];
  readonly #all = new Set<Promise<void> | Slot>();

  constructor(start: StartSlot) {
    this.#start = start;
  }

  /** Gives `work` a slot of its own for a judge. It goes on to serve others only when `work` succeeded and left it `sound`. */
  async use<T>(
    signal: AbortSignal,
    work: (judge: JudgeSlot) => Promise<T>,
    sound: (result: T) => boolean = () => true,
  ): Promise<T> {
    const { slot, used } = await this.#take(signal);
    let whole = false;
    try {
      const result = await work({ slot, used: used > 0, limits: judgeLimits });
      whole = slot.alive && sound(result) && used + 1 < judgesEach && !this.#ending.signal.aborted;
      return result;
    } finally {
      if (whole) this.#idle.push({ slot, used: used + 1 });
      else this.#close(slot);
    }
  }

  async #take(signal: AbortSignal): Promise<{ readonly slot: LineSlot; readonly used: number }> {
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) {
      if (found.slot.alive) return found;
      this.#close(found.slot);
    }
    if (this.#ending.signal.aborted) throw new CancelledError("the sandbox was closed");
    const starting = this.#start({ language: "python", limits: judgeLimits }, signal);
    const slot = await withSignal(starting, signal).catch((error: unknown) => {
      void starting.then((late) => this.#close(late)).catch(() => undefined);
      throw error;
    });
    this.#all.add(slot);
    return { slot: withLine(slot), used: 0 };
  }

  #close(slot: Slot): void {
    this.#all.delete(slot);
    const closed = slot.close().catch(() => undefined);
    this.#all.add(closed);
    void closed.then(() => this.#all.delete(closed));
  }

  /** Ends all of them; those in use must have been told to end by their own signal. */
  async close(): Promise<void> {
    this.#ending.abort();
    for (const { slot } of this.#idle.splice(0)) this.#close(slot);
    while (this.#all.size > 0) {
      const closing = [...this.#all].map((each) =>
        "close" in each ? each.close().then(() => this.#all.delete(each)) : each,
      );
      await Promise.allSettled(closing);
    }
  }
}

/** The slot, known to have a line. Throws SandboxError where the adapter has none. */
export function withLine(slot: Slot): LineSlot {
  if (hasLine(slot)) return slot;
  throw new SandboxError("this sandbox keeps no line open to a running program");
}

function hasLine(slot: Slot): slot is LineSlot {
  return slot.line !== undefined;
}
