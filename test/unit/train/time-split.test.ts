import { describe, expect, it } from "vitest";
import { timeSplit } from "../../../src/train/index.js";

/** A promise settled from outside. */
function gate(): { promise: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

describe("the time split", () => {
  it("adds up to the wall time and gives overlaps to the engine first", async () => {
    let now = 0;
    const split = timeSplit(() => now);
    now = 1000;
    const generating = gate();
    const scoring = gate();
    const one = split.during("generate", generating.promise);
    now = 2000;
    const two = split.during("score", scoring.promise);
    now = 5000;
    generating.open();
    await one;
    now = 9000;
    scoring.open();
    await two;
    now = 9500;
    expect(split.take()).toEqual({ generate: 4, score: 4, update: 0, evaluate: 0, save: 0, other: 1.5 });
  });

  it("starts anew after each take and ends an activity that fails", async () => {
    let now = 0;
    const split = timeSplit(() => now);
    await expect(split.during("update", Promise.reject(new Error("no")))).rejects.toThrow("no");
    now = 500;
    expect(split.take().other).toBe(0.5);
    now = 700;
    expect(split.take().other).toBeCloseTo(0.2);
  });
});
