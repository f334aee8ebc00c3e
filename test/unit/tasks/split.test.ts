import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/core/index.js";
import { splitByQuestion } from "../../../src/tasks/index.js";
import { jsonl, taskOver, written } from "./fixtures.js";

const item = (question: string, id: string): Item => ({
  id,
  taskId: "t",
  question,
  messages: [],
  gold: { kind: "math", answer: "1" },
});
const anyItems = fc
  .array(fc.string({ maxLength: 4 }), { maxLength: 60 })
  .map((questions) => questions.map((question, index) => item(question, `i${index}`)));
const anyShares = fc.record({
  validation: fc.double({ min: 0, max: 0.49, noNaN: true }),
  test: fc.double({ min: 0, max: 0.49, noNaN: true }),
});
const anySeed = fc.nat(2 ** 32 - 1);
const parts = ["train", "validation", "test"] as const;

describe("splitByQuestion", () => {
  it("parts are disjoint and cover, in order", () => {
    fc.assert(
      fc.property(anyItems, anyShares, anySeed, (items, shares, seed) => {
        const split = splitByQuestion(items, shares, seed);
        const all = parts.flatMap((part) => split[part]);
        expect(new Set(all)).toEqual(new Set(items));
        expect(all).toHaveLength(items.length);
        for (const part of parts) expect(split[part]).toEqual(items.filter((one) => split[part].includes(one)));
      }),
    );
  });

  it("is the same for the same seed, and adding rows moves no other", () => {
    fc.assert(
      fc.property(anyItems, anyItems, anyShares, anySeed, (items, more, shares, seed) => {
        const before = splitByQuestion(items, shares, seed);
        const after = splitByQuestion([...more, ...items], shares, seed);
        for (const part of parts) expect(after[part]).toEqual(expect.arrayContaining([...before[part]]));
      }),
    );
  });

  it("never puts one question into two parts, whatever its case and blanks", () => {
    fc.assert(
      fc.property(anyItems, anyShares, anySeed, (items, shares, seed) => {
        const doubled = items.flatMap((one) => [
          one,
          item(`  ${one.question.toUpperCase().toLowerCase()} `, `${one.id}b`),
        ]);
        const split = splitByQuestion(doubled, shares, seed);
        const partOf = new Map(parts.flatMap((part) => split[part].map((one) => [one.id, part] as const)));
        for (const one of items) {
          if (one.question.toUpperCase().toLowerCase() === one.question.toLowerCase()) {
            expect(partOf.get(`${one.id}b`)).toBe(partOf.get(one.id));
          }
        }
      }),
    );
  });

  it("meets the shares in expectation and differs between seeds", () => {
    const items = Array.from({ length: 4000 }, (_, index) => item(`question ${index}`, String(index)));
    const a = splitByQuestion(items, { validation: 0.1, test: 0.2 }, 1);
    expect(a.validation.length).toBeGreaterThan(320);
    expect(a.validation.length).toBeLessThan(480);
    expect(a.test.length).toBeGreaterThan(700);
    expect(a.test.length).toBeLessThan(900);
    expect(splitByQuestion(items, { validation: 0.1, test: 0.2 }, 2).test).not.toEqual(a.test);
  });
});

describe("held-out files", () => {
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ question: `q${from + index}?`, answer: "1" }));

  it("take their questions out of training", async () => {
    const test = await written("test.jsonl", jsonl(rows(0, 5)));
    const validation = await written("validation.jsonl", jsonl(rows(3, 5)));
    const task = await taskOver(rows(0, 20), { split: { validation, test } });
    const splits = await task.load();
    expect(splits.test.map((one) => one.question)).toEqual(["q0?", "q1?", "q2?", "q3?", "q4?"]);
    expect(splits.validation.map((one) => one.question)).toEqual(["q5?", "q6?", "q7?"]);
    expect(splits.train).toHaveLength(12);
    expect((await task.report()).dropped.heldOutQuestion).toBe(10);
  });

  it("that leave nothing to train on are an error", async () => {
    const test = await written("test.jsonl", jsonl(rows(0, 5)));
    const task = await taskOver(rows(0, 5), { split: { validation: 0, test } });
    await expect(task.load()).rejects.toThrow(/no item is left to train on/);
  });
});
