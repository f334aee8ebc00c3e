import { setMaxListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../src/core/index.js";
import { resolveLimits } from "../../../src/sandbox/limits.js";
import type { Slot, SlotWant } from "../../../src/sandbox/slot.js";
import { WarmSlots } from "../../../src/sandbox/warm-slots.js";

const python = (limits = resolveLimits()): SlotWant => ({ language: "python", limits });

/** Slots that count themselves; nothing else of a sandbox matters to the pool. */
function counted() {
  const seen = { started: 0, open: 0, mostUsed: 0, used: 0, memory: [] as number[] };
  const start = async ({ limits }: SlotWant): Promise<Slot> => {
    seen.started += 1;
    seen.open += 1;
    seen.memory.push(limits.memoryMb);
    let closed = false;
    const close = async () => {
      if (!closed) seen.open -= 1;
      closed = true;
    };
    return { alive: true, run: async () => [], close };
  };
  const use = (pool: WarmSlots, signal = new AbortController().signal, limits = resolveLimits()) =>
    pool.use(python(limits), signal, async (slot) => {
      seen.used += 1;
      seen.mostUsed = Math.max(seen.mostUsed, seen.used);
      await new Promise(setImmediate);
      seen.used -= 1;
      return slot;
    });
  return { seen, start, use };
}

describe("warm slots", () => {
  it("are used once each, never more at a time than allowed, and none is left", async () => {
    const { seen, start, use } = counted();
    const pool = new WarmSlots(start, 3, python());
    const slots = await Promise.all(Array.from({ length: 100 }, () => use(pool)));
    expect(new Set(slots).size).toBe(100);
    expect(seen.mostUsed).toBe(3);
    await pool.close();
    expect(seen.open).toBe(0);
    expect(seen.started).toBeLessThanOrEqual(103);
  });

  it("of other limits are started when asked for", async () => {
    const { seen, start, use } = counted();
    const pool = new WarmSlots(start, 1, python());
    await use(pool, undefined, resolveLimits({ memoryMb: 512 }));
    expect(seen.memory).toContain(512);
    await pool.close();
    expect(seen.open).toBe(0);
  });

  it("lets a queue of a thousand go when their signal fires", async () => {
    const { seen, start, use } = counted();
    const pool = new WarmSlots(start, 2, python());
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const all = Array.from({ length: 1000 }, () => use(pool, stop.signal).catch((error: unknown) => error));
    stop.abort();
    const ended = await Promise.all(all);
    expect(ended.filter((each) => each instanceof CancelledError).length).toBeGreaterThan(990);
    await use(pool);
    await pool.close();
    expect(seen.open).toBe(0);
  });

  it("of a kind asked for twice are started ahead the second time", async () => {
    const { seen, start, use } = counted();
    const pool = new WarmSlots(start, 1, python());
    const wide = resolveLimits({ memoryMb: 512 });
    await use(pool, undefined, wide);
    const before = seen.started;
    await use(pool, undefined, wide);
    // One more, for the next; this one was there.
    expect(seen.started).toBe(before + 1);
    await pool.close();
    expect(seen.open).toBe(0);
  });

  it("that cannot start leave nothing open, and the turn to the next", async () => {
    const { seen, start, use } = counted();
    const broken = async (want: SlotWant) => {
      if (want.limits.memoryMb === 64) throw new Error("no room");
      return start(want);
    };
    const pool = new WarmSlots(broken, 1, python());
    await expect(use(pool, undefined, resolveLimits({ memoryMb: 64 }))).rejects.toThrow("no room");
    await use(pool);
    expect(pool.counts).toMatchObject({ queued: 0, running: 0 });
    await pool.close();
    expect(seen.open).toBe(0);
  });

  it("tell how long a submission waited for its turn, and how long for its slot", async () => {
    const { start } = counted();
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const slow = async (want: SlotWant) => {
      await pause(60);
      return start(want);
    };
    const pool = new WarmSlots(slow, 1, python());
    const { signal } = new AbortController();
    const waits = await Promise.all(
      [0, 1].map(() => pool.use(python(), signal, async (_, waited) => pause(100).then(() => waited))),
    );
    expect(waits[0]?.queueS).toBeLessThan(0.05);
    expect(waits[0]?.acquireS).toBeGreaterThan(0.04);
    expect(waits[1]?.queueS).toBeGreaterThan(0.14);
    expect(waits[1]?.acquireS).toBeLessThan(waits[0]?.acquireS ?? 0);
    await pool.close();
  });
});
