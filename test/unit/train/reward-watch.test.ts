import { describe, expect, it } from "vitest";
import type { Rollout } from "../../../src/core/index.js";
import type { Group } from "../../../src/grpo/index.js";
import type { StepMetrics, TaskStatistics } from "../../../src/telemetry/index.js";
import { repetition, rewardWatch, watchLines, watchMeasures } from "../../../src/train/reward-watch.js";

function statistics(part: Partial<TaskStatistics>): TaskStatistics {
  const none = { rollouts: 8, scored: 8, reward: 0, lengthMean: 40, lengthMax: 60, truncatedFraction: 0, entropy: 1 };
  return { ...none, components: { math: 0.2, format: 0.5 }, groups: {}, ...part };
}

function step(position: number, task: TaskStatistics): StepMetrics {
  const numbers = {
    weightsVersion: 0,
    loss: 0,
    gradNorm: 0,
    updateNorm: 0,
    lr: 0,
    generatedTokens: 0,
    trainedTokens: 0,
  };
  const rest = { phase: "grpo", stage: "joint", trainer: {}, seconds: {}, sandboxRuns: 0, judgeCalls: 0 } as const;
  return { ...numbers, ...rest, stepId: `s${position}`, position, epoch: 0, tasks: { sums: task }, replayed: false };
}

/** What is suspected after the last of these steps. */
function suspected(tasks: readonly Partial<TaskStatistics>[]): readonly string[] {
  const steps = tasks.map((task, position) => step(position, statistics(task)));
  const last = steps.at(-1);
  if (last === undefined) return [];
  return rewardWatch(steps.slice(0, -1), last, { sums: "math" });
}

const components = (format: number, math: number) => ({ components: { format, math } });
const rising = [0.1, 0.1, 0.3, 0.5, 0.8, 0.9];

describe("the watch on reward hacks", () => {
  it("names format that rises while correctness does not", () => {
    expect(suspected(rising.map((format) => components(format, 0.2)))).toEqual(["sums:format_without_correctness"]);
    expect(suspected(rising.map((format) => components(format, format / 2)))).toEqual([]);
    expect(suspected(rising.map((math) => components(0.9, math)))).toEqual([]);
  });

  it("does not speak of a trend before six steps, nor of one that is long past", () => {
    expect(suspected(rising.slice(0, 5).map((format) => components(format, 0)))).toEqual([]);
    const settled = Array.from({ length: 18 }, () => components(0.9, 0.2));
    expect(suspected([...rising.map((format) => components(format, 0.2)), ...settled])).toEqual([]);
  });

  it("names lengths that double, not those that vary", () => {
    expect(suspected([40, 42, 38, 60, 100, 130].map((lengthMean) => ({ lengthMean })))).toEqual([
      "sums:length_explosion",
    ]);
    expect(suspected([40, 60, 38, 60, 45, 61].map((lengthMean) => ({ lengthMean })))).toEqual([]);
  });

  it("names repeated text, one answer for all, and empty thinking by their shares", () => {
    const watch = { repeatedText: 0.3, sameAnswer: 0.6, emptyThinking: 0.9 };
    expect(suspected([{ watch }])).toEqual(["sums:repeated_text", "sums:one_answer", "sums:empty_thinking"]);
    expect(suspected([{ watch: { repeatedText: null, sameAnswer: null, emptyThinking: null } }])).toEqual([]);
  });

  it("tells in the report how often each arose", () => {
    const watched = { ...step(0, statistics({})), watch: ["sums:one_answer"] };
    expect(watchLines([watched, step(1, statistics({})), watched])[0]).toContain("steps of 3: sums:one_answer in 2");
    expect(watchLines([step(0, statistics({}))])).toEqual([]);
  });
});

function group(itemId: string, texts: readonly string[], thinkChars: number | null): Group {
  const members = texts.map((text, member) => {
    const rollout: Rollout = {
      ...{ id: `${itemId}#${member}`, itemId, taskId: "sums", member, segments: [], text },
      ...{ finishReason: "stop" as const, meanLogprob: 0, meanEntropy: 0 },
    };
    const format = { value: 1, weight: 0.1, details: { thinkChars } };
    return { rollout, reward: { total: 1, primary: "math", components: { math: { value: 1, weight: 1 }, format } } };
  });
  return { itemId, taskId: "sums", members };
}

describe("measures of a step", () => {
  const say = (answer: string) => `<think>so</think><answer>${answer}</answer>`;

  it("are the shares of near-empty thinking, of the answer given most, and of texts that repeat themselves", () => {
    const loop = "and then it goes on ".repeat(20);
    const groups = ["a", "b", "c"].map((id, i) =>
      group(id, [say("7"), say("7"), say(String(i)), loop], i === 0 ? null : 2),
    );
    expect(watchMeasures(groups)).toEqual({ emptyThinking: 1, sameAnswer: 0.5, repeatedText: 0.25 });
    expect(watchMeasures([group("a", [say("7"), say("7")], 40)])).toMatchObject({ emptyThinking: 0, sameAnswer: null });
    // Where the prompt begins the answer, a response only ends it.
    const goesOn = ["a", "b", "c"].map((id, i) => group(id, ["7</answer>", "7</answer>", `${i}</answer>`, "7"], 2));
    expect(watchMeasures(goesOn)).toMatchObject({ sameAnswer: 0.5 });
  });

  it("call a text repeated by its runs of words, never a short one", () => {
    expect(repetition("the same words again ".repeat(12))).toBeGreaterThan(0.9);
    expect(repetition(Array.from({ length: 60 }, (_, i) => `word${i}`).join(" "))).toBe(0);
    expect(repetition("no no no no no no")).toBe(0);
  });
});
