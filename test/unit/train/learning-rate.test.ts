import { describe, expect, it } from "vitest";
import { warmUpRate } from "../../../src/train/learning-rate.js";

const warmup = { demonstrationsPerTask: 8, batchSize: 8, steps: 400, lr: 2 };
const rates = (decay: "none" | "cosine", steps = warmup.steps) =>
  Array.from({ length: steps }, (_, at) => warmUpRate({ ...warmup, steps, decay }, at));

describe("the learning rate of the warm-up", () => {
  it("stays where it is without decay", () => {
    expect(new Set(rates("none"))).toEqual(new Set([2]));
  });

  it("rises over a twentieth of the steps, then falls as a cosine to 0", () => {
    const [first = 0, ...rest] = rates("cosine");
    expect(first).toBeCloseTo(2 / 20, 12); // the first of twenty
    expect(rest[200 - 1]).toBeCloseTo(1, 12); // half-way down at half of the steps
    expect(rest.at(-1)).toBeLessThan(0.001);
    expect(rest.at(-1)).toBeGreaterThan(0);
    const peak = rates("cosine").indexOf(Math.max(...rates("cosine")));
    expect(peak).toBe(19);
  });

  it("has a rate above 0 in each of very few steps", () => {
    for (const steps of [1, 2, 3]) for (const rate of rates("cosine", steps)) expect(rate).toBeGreaterThan(0);
  });
});
