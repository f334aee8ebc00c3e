import { describe, expect, it } from "vitest";
import type { Rollout } from "../../../src/core/index.js";
import { type Group, planUpdate, type UpdateSettings } from "../../../src/grpo/index.js";

const rollout = (
  itemId: string,
  taskId: string,
  member: number,
  tokens: number,
  finishReason: "stop" | "length",
): Rollout => ({
  id: `${itemId}#${member}`,
  itemId,
  taskId,
  member,
  segments: [
    { tokens: new Int32Array(3), trained: false, logprobs: new Float32Array(0), weightsVersion: 0, source: "prompt" },
    {
      tokens: new Int32Array(tokens),
      trained: true,
      logprobs: new Float32Array(tokens),
      weightsVersion: 0,
      source: "policy",
    },
  ],
  text: "",
  finishReason,
  meanLogprob: 0,
  meanEntropy: 0,
});
const group = (
  itemId: string,
  taskId: string,
  rewards: readonly (number | null)[],
  cut: readonly number[] = [],
): Group => ({
  itemId,
  taskId,
  members: rewards.map((total, member) => ({
    rollout: rollout(itemId, taskId, member, member + 1, cut.includes(member) ? "length" : "stop"),
    reward: { total, primary: "math", components: { math: { value: total, weight: 1 } } },
  })),
});
const settings: UpdateSettings = {
  taskOrder: ["a", "b"],
  klBeta: {},
  weight: {},
  truncated: "score",
  aggregation: "sequence_mean",
};

describe("an update plan", () => {
  it("spends no backward pass on a zero-variance group at β 0 but keeps it in the divisor", () => {
    const plan = planUpdate([group("x", "a", [1, 0]), group("y", "a", [1, 1])], settings);
    expect(plan.divisor).toBe(2);
    expect(plan.buckets.flatMap((bucket) => bucket.rollouts.map((entry) => entry.rollout.id))).toEqual(["x#0", "x#1"]);
  });

  it("keeps the KL gradient of a zero-variance group at β > 0", () => {
    const plan = planUpdate([group("y", "a", [1, 1])], { ...settings, klBeta: { a: 0.1 } });
    expect(plan.buckets[0]?.rollouts.map((entry) => entry.advantage)).toEqual([0, 0]);
  });

  it("leaves groups with fewer than two scored rollouts out of everything", () => {
    const plan = planUpdate([group("x", "a", [1, null])], { ...settings, klBeta: { a: 0.1 } });
    expect(plan).toMatchObject({ divisor: 0, buckets: [] });
  });

  it("weights each rollout by one over the scored rollouts of its group", () => {
    const plan = planUpdate([group("x", "a", [1, 0, null, 0])], settings);
    expect(plan.buckets[0]?.rollouts.map((entry) => entry.weight)).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });

  it("makes one bucket a task in the given order", () => {
    const plan = planUpdate([group("x", "b", [1, 0]), group("y", "a", [1, 0])], settings);
    expect(plan.buckets.map((bucket) => bucket.taskId)).toEqual(["a", "b"]);
  });

  it("scores, masks or zeroes a truncated completion as set", () => {
    const rewards = (truncated: UpdateSettings["truncated"]) =>
      planUpdate([group("x", "a", [1, 0, 1], [2])], { ...settings, truncated }).groups[0]?.statistics;
    expect(rewards("score")?.mean).toBeCloseTo(2 / 3);
    expect(rewards("mask")).toMatchObject({ scored: 2, mean: 0.5 });
    expect(rewards("zero")?.mean).toBeCloseTo(1 / 3);
  });

  it("divides by tokens under token aggregation", () => {
    const plan = planUpdate([group("x", "a", [1, 0]), group("y", "a", [1, 1])], {
      ...settings,
      aggregation: "token_sum",
    });
    expect(plan.divisor).toBe(6);
    expect(plan.buckets[0]?.rollouts[0]?.weight).toBe(1);
  });

  // Loss 3·(mean of x) + 0.5·(mean of y), over 3.5: a weighted mean over prompts, computed by hand.
  it("carries a task's weight in its rollouts and in the divisor, which need not be whole nor reach 1", () => {
    const groups = [group("x", "a", [1, 0]), group("y", "b", [1, 0, 0, 0]), group("z", "b", [1, null])];
    const plan = planUpdate(groups, { ...settings, weight: { a: 3, b: 0.5 } });
    expect(plan.divisor).toBe(3.5);
    const weights = plan.buckets.map(({ rollouts }) => rollouts.map(({ weight }) => weight));
    expect(weights).toEqual([
      [1.5, 1.5],
      [0.125, 0.125, 0.125, 0.125],
    ]);
    expect(planUpdate([group("y", "b", [1, 0])], { ...settings, weight: { b: 0.25 } }).divisor).toBe(0.25);
  });

  it("weights tokens under token aggregation", () => {
    const groups = [group("x", "a", [1, 0]), group("y", "b", [1, 0, 0])];
    const plan = planUpdate(groups, { ...settings, aggregation: "token_sum", weight: { a: 2 } });
    expect(plan.divisor).toBe(2 * (1 + 2) + (1 + 2 + 3));
    expect(plan.buckets.map(({ rollouts }) => rollouts[0]?.weight)).toEqual([2, 1]);
  });
});
