import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/core/index.js";
import type { Group } from "../../../src/grpo/index.js";
import { evaluationByTask } from "../../../src/train/evaluation-statistics.js";
import { itemInterval, passAtK, rougeL, setSimilarity } from "../../../src/train/index.js";

/** A group whose members got these primary scores; null = could not be scored. */
function group(itemId: string, values: readonly (number | null)[], text = ""): Group {
  const members = values.map((value, member) => ({
    rollout: {
      id: `t/${itemId}#${member}`,
      itemId,
      taskId: "t",
      member,
      segments: [],
      text,
      finishReason: "stop" as const,
      meanLogprob: 0,
      meanEntropy: 0,
    },
    reward: { total: value, primary: "main", components: { main: { value, weight: 1 } } },
  }));
  return { itemId, taskId: "t", members };
}

const item = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  taskId: "t",
  question: "q",
  messages: [{ role: "user", content: "q" }],
  gold: { kind: "custom", data: null },
  ...more,
});

describe("pass@k", () => {
  it("equals the share of k-subsets that hold a right sample, counted one by one", () => {
    const subsets = fc
      .integer({ min: 1, max: 9 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }), fc.integer({ min: 1, max: n })));
    fc.assert(
      fc.property(subsets, ([n, c, k]) => {
        const all = Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => ones(bits) === k);
        const hit = all.filter((bits) => (bits & (2 ** c - 1)) !== 0).length;
        expect(passAtK(n, c, k)).toBeCloseTo(hit / all.length, 12);
      }),
    );
  });

  it("stays exact where binomials overflow", () => {
    expect(passAtK(10_000, 1, 5_000)).toBeCloseTo(0.5, 10);
    expect(passAtK(100_000, 0, 99_999)).toBe(0);
  });

  it("refuses more right samples than samples, and k out of range", () => {
    expect(() => passAtK(3, 4, 1)).toThrow(RangeError);
    expect(() => passAtK(3, 1, 4)).toThrow(RangeError);
  });
});

const ones = (bits: number) => bits.toString(2).replaceAll("0", "").length;

describe("the interval over items", () => {
  it("does not shrink when the same samples are asked twice, for it counts items", () => {
    const once = evaluationByTask([group("a", [1, 0]), group("b", [1, 1]), group("c", [0, 0])]).t;
    const twice = evaluationByTask([group("a", [1, 0, 1, 0]), group("b", [1, 1, 1, 1]), group("c", [0, 0, 0, 0])]).t;
    expect(twice?.intervals.main).toEqual(once?.intervals.main);
    expect(once?.intervals.main?.n).toBe(3);
  });

  it("holds the mean, and is the same on every call", () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(values, (list) => {
        const { low, mean, high } = itemInterval(list);
        expect(low).toBeLessThanOrEqual(mean + 1e-9);
        expect(high).toBeGreaterThanOrEqual(mean - 1e-9);
        expect(itemInterval(list)).toEqual({ low, mean, high, n: list.length });
      }),
      { numRuns: 20 },
    );
  });
});

describe("an evaluation of a task", () => {
  it("tells avg@n and pass@k over what could be scored, leaving out what could not", () => {
    const { t } = evaluationByTask([group("a", [1, 0, null, 0]), group("b", [null, null, null, null])]);
    expect(t?.intervals.main).toMatchObject({ mean: 1 / 3, n: 1 });
    expect(t?.passAtK?.["1"]?.mean).toBeCloseTo(1 / 3, 12);
    expect(t?.passAtK?.["2"]?.mean).toBeCloseTo(2 / 3, 12);
    expect(t?.passAtK?.["4"]?.n).toBe(0);
  });

  it("tells no pass@k of a score that is not 0 or 1, nor of one sample", () => {
    expect(evaluationByTask([group("a", [0.5, 1])]).t?.passAtK).toBeUndefined();
    expect(evaluationByTask([group("a", [1])]).t?.passAtK).toBeUndefined();
  });

  it("averages each category apart", () => {
    const items = [item("a", { category: "law" }), item("b", { category: "law" }), item("c", { category: "art" })];
    const { t } = evaluationByTask([group("a", [1]), group("b", [0]), group("c", [1])], items);
    expect(Object.keys(t?.categories ?? {})).toEqual(["art", "law"]);
    expect(t?.categories?.law).toMatchObject({ mean: 0.5, n: 2 });
  });

  it("tells how near writing comes to its references, by the answer alone", () => {
    const items = [item("a", { gold: { kind: "writing", reference: "one two three" } })];
    const text = "<think>one two three</think><answer>four two</answer>";
    expect(evaluationByTask([group("a", [1], text)], items).t?.similarity).toBeCloseTo(0.4, 12);
  });
});

describe("ROUGE-L", () => {
  it("equals the rouge-score package on texts of ours (test/fixtures/rouge-l.json)", () => {
    const cases = JSON.parse(readFileSync("test/fixtures/rouge-l.json", "utf8")) as {
      text: string;
      reference: string;
      f1: number;
    }[];
    for (const { text, reference, f1 } of cases) expect(rougeL(text, reference), text).toBeCloseTo(f1, 12);
  });

  it("of a set averages turns, then conversations, so a long conversation weighs no more", () => {
    const same = { text: "a b", reference: "a b" };
    const other = { text: "x", reference: "y" };
    expect(setSimilarity([[same], [other, other, other]])).toBe(0.5);
    expect(setSimilarity([])).toBeNull();
  });
});
