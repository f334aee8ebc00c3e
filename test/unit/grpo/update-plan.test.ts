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
});
