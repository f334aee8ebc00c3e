import { describe, expect, it } from "vitest";
import { resampler } from "../../../src/schedule/resample.js";
import { readTransferFile } from "../../../src/schedule/transfer-file.js";

/** What 4,000 resamplings make of an accuracy of the base model that was measured on `n` items, ascending. */
function redrawn(accuracy: number, n: number): readonly number[] {
  const both = { a: accuracy, b: accuracy };
  const file = { scale: "fraction", tasks: ["a", "b"], base: both, after: { a: both, b: both }, counts: n };
  const draw = resampler(readTransferFile(file, "file.json"), 7);
  return Array.from({ length: 4000 }, () => draw?.().base[0] ?? Number.NaN).sort((x, y) => x - y);
}

/** P(X ≤ k) of a binomial, a trial after the other. */
function distribution(n: number, p: number): readonly number[] {
  let mass = [1];
  for (let trial = 0; trial < n; trial++)
    mass = Array.from({ length: trial + 2 }, (_, k) => (mass[k] ?? 0) * (1 - p) + (mass[k - 1] ?? 0) * p);
  let sum = 0;
  return mass.map((value) => {
    sum += value;
    return sum;
  });
}

describe("an accuracy with its count", () => {
  it.each([
    [0.3, 7],
    [0.95, 40],
    [0.02, 200],
    [0.5, 1500],
  ])("%f of %i items is redrawn as a binomial share", (p, n) => {
    const shares = redrawn(p, n);
    const exact = distribution(n, p);
    // Kolmogorov and Smirnov's distance, which stays below this in 999 of 1,000 samples.
    const furthest = exact.map((wanted, k) => {
      const below = shares.filter((share) => Math.round(share * n) <= k && (k > 0 || share * n < 1)).length;
      return Math.abs(below / shares.length - wanted);
    });
    expect(Math.max(...furthest)).toBeLessThan(1.95 / Math.sqrt(shares.length));
  });

  it.each([
    [0.5, 200_000],
    [0.2, 1_000_000_000],
    [1e-6, 1_000_000_000],
    [0.7, 2 ** 50],
  ])("%f of %i items is redrawn so too, at once and in little memory", (p, n) => {
    const shares = redrawn(p, n);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
    const wanted = Math.sqrt((p * (1 - p)) / n);
    expect(Math.abs(mean - p)).toBeLessThan(4 * (wanted / Math.sqrt(shares.length)));
    expect(deviation / wanted).toBeGreaterThan(0.95);
    expect(deviation / wanted).toBeLessThan(1.05);
  });

  it("of 1 stays 1, and never goes beyond", () => {
    expect(new Set(redrawn(1, 50))).toEqual(new Set([1]));
    expect(redrawn(0.999_999, 1_000_000_000_000).at(-1)).toBeLessThanOrEqual(1);
  });
});
