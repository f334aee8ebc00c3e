import { describe, expect, it } from "vitest";
import { JudgeSlots } from "../../../src/sandbox/judge-slots.js";
import type { Slot } from "../../../src/sandbox/slot.js";

/** Slots that say when they were started and closed. */
function counting() {
  const made: (Slot & { closed: number; alive: boolean })[] = [];
  const start = async () => {
    const slot = {
      alive: true,
      closed: 0,
      line: {
        write: async () => {},
        listen: () => {},
        ended: new Promise<never>(() => {}),
        kill: async () => {},
      },
      run: async () => [],
      close: async () => {
        slot.closed += 1;
      },
    };
    made.push(slot);
    return slot;
  };
  return { made, start };
}

const { signal } = new AbortController();

describe("judges' slots", () => {
  it("serve two hundred judges each, one at a time", async () => {
    const { made, start } = counting();
    const judges = new JudgeSlots(start);
    const used: boolean[] = [];
    for (let turn = 0; turn < 401; turn++) await judges.use(signal, async (judge) => used.push(judge.used));
    expect(made.map(({ closed }) => closed)).toEqual([1, 1, 0]);
    expect(used.filter((again) => !again)).toHaveLength(3);
    await judges.close();
    expect(made.map(({ closed }) => closed)).toEqual([1, 1, 1]);
  });

  it("are thrown away after a judge that failed, or that they did not survive", async () => {
    const { made, start } = counting();
    const judges = new JudgeSlots(start);
    await expect(judges.use(signal, () => Promise.reject(new Error("lost")))).rejects.toThrow("lost");
    await judges.use(signal, async () => {
      const slot = made[1];
      if (slot !== undefined) slot.alive = false;
    });
    await judges.use(signal, async () => {});
    expect(made.map(({ closed }) => closed)).toEqual([1, 1, 0]);
    await judges.close();
  });

  it("are as many as work at once", async () => {
    const { made, start } = counting();
    const judges = new JudgeSlots(start);
    await Promise.all([1, 2, 3].map(() => judges.use(signal, () => new Promise((resolve) => setImmediate(resolve)))));
    expect(made).toHaveLength(3);
    await judges.close();
    expect(made.every(({ closed }) => closed === 1)).toBe(true);
  });
});
