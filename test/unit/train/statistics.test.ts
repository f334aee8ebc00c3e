import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interval } from "../../../src/train/index.js";

describe("an interval", () => {
  it("is Wilson's for 0/1 values (Brown, Cai & DasGupta 2001: 8 of 10 gives 0.490 … 0.943)", () => {
    const { low, high, mean } = interval([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect(mean).toBe(0.8);
    expect(low).toBeCloseTo(0.4902, 3);
    expect(high).toBeCloseTo(0.9433, 3);
  });

  it("holds its mean and stays in [0, 1] for 0/1 values", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1 }), (values) => {
        const { low, mean, high } = interval(values);
        expect(low).toBeLessThanOrEqual(mean + 1e-12);
        expect(high).toBeGreaterThanOrEqual(mean - 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("of nothing says nothing", () => {
    expect(interval([])).toEqual({ mean: 0, low: 0, high: 1, n: 0 });
  });
});
