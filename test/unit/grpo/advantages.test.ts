import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupAdvantages } from "../../../src/grpo/index.js";

const rewards = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 2, maxLength: 16 });

describe("group advantages", () => {
  it("of sixteen rewards of 1.1 are exactly zero", () => {
    const group = groupAdvantages(Array(16).fill(1.1));
    expect(group.advantages_G).toEqual(Array(16).fill(0));
    expect(group.signal).toBe("all_equal");
  });

  it("have mean 0 and population deviation 1 in a live group", () => {
    fc.assert(
      fc.property(rewards, (list) => {
        const group = groupAdvantages(list);
        if (group.signal !== "live" || group.std < 1e-6) return;
        const a = group.advantages_G as number[];
        const mean = a.reduce((sum, x) => sum + x, 0) / a.length;
        expect(mean).toBeCloseTo(0, 6);
        expect(Math.sqrt(a.reduce((sum, x) => sum + (x - mean) ** 2, 0) / a.length)).toBeCloseTo(1, 6);
      }),
    );
  });

  it("do not change under an affine change of the rewards", () => {
    fc.assert(
      fc.property(
        rewards,
        fc.double({ min: 0.5, max: 4, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (list, scale, shift) => {
          const one = groupAdvantages(list);
          const two = groupAdvantages(list.map((reward) => reward * scale + shift));
          if (one.signal !== "live" || one.std < 1e-3) return;
          one.advantages_G.forEach((a, i) => {
            expect(two.advantages_G[i] ?? Number.NaN).toBeCloseTo(a ?? Number.NaN, 6);
          });
        },
      ),
    );
  });

  it("leave masked rollouts out of mean and deviation", () => {
    const masked = groupAdvantages([1, null, 0, null]);
    expect(masked.advantages_G).toEqual([1, null, -1, null]);
    expect(masked).toMatchObject({ scored: 2, mean: 0.5, std: 0.5, signal: "live" });
  });

  it("say nothing with fewer than two scored rollouts", () => {
    expect(groupAdvantages([null, 1]).signal).toBe("unscored");
    expect(groupAdvantages([]).signal).toBe("unscored");
  });

  it("tell all-right from all-wrong by the primary component", () => {
    expect(groupAdvantages([1.2, 1.2], [1, 1]).signal).toBe("all_right");
    expect(groupAdvantages([0.2, 0.2], [0, 0]).signal).toBe("all_wrong");
    expect(groupAdvantages([0.7, 0.7], [0.5, 0.5]).signal).toBe("all_equal");
  });
});
