import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/core/index.js";
import { taskOver, written } from "./fixtures.js";

const run = promisify(execFile);
const python = process.env.OMNI_PYTHON ?? resolve(".venv/bin/python");

/** Splits a demonstration by the tags, strictly. */
function parts(demonstration: string | undefined): { readonly think: string; readonly answer: string } {
  const match = /^<think>([^<]+)<\/think><answer>([\s\S]+)<\/answer>$/.exec(demonstration ?? "");
  if (!match?.[1] || !match[2] || /<\/?(think|answer)>/.test(match[2])) throw new Error(`bad form: ${demonstration}`);
  return { think: match[1], answer: match[2] };
}

/** The value of `a`, `a/b` or a sum, difference, product or quotient of those, products first. */
function reckoned(text: string): number {
  const sum = text.split(/ (?=[+-] )/);
  const value = (product: string): number =>
    product
      .replace(/^[+-] /, "")
      .split(/ (?=[*/] )|(?=\/)/)
      .reduce((total, factor, index) => {
        const number = Number(factor.replace(/^[*/] ?/, ""));
        return index === 0 ? number : factor.startsWith("*") ? total * number : total / number;
      }, 0);
  return sum.reduce((total, product) => total + (product.startsWith("-") ? -value(product) : value(product)), 0);
}

const fields = {
  math: { question: "problem" },
  code: { question: "problem" },
  qa: {},
  writing: { question: "prompt" },
} as const;

async function itemsOf(family: keyof typeof fields): Promise<readonly Item[]> {
  const source = resolve(`data/${family}.jsonl`);
  const task = await taskOver([], { family, source, fields: { ...fields[family], demonstration: "demo" } });
  const { train } = await task.load();
  expect((await task.report()).withoutGold).toBe(0);
  expect(new Set(train.map((item) => item.question)).size).toBe(train.length);
  expect(train.length).toBeGreaterThanOrEqual(200);
  return train;
}

describe("our own data sets", () => {
  it("are byte for byte what the script makes", async () => {
    const { stderr } = await run("node", ["scripts/make-data.mjs", "--check"]);
    expect(stderr.match(/up to date/g)).toHaveLength(8);
  });

  it("math: demonstrations in strict form, right and reckoned right", async () => {
    for (const item of await itemsOf("math")) {
      const { think, answer } = parts(item.demonstration);
      expect(item.gold).toEqual({ kind: "math", answer });
      expect(think.endsWith(` ${answer}`), item.id).toBe(true);
      expect(answer).toMatch(/^-?\d+(\.\d+|\/\d+)?$/);
      for (const clause of think.split(/, (?:so )?/)) {
        const values = clause.split(" = ").flatMap((side) => (/[a-z]/.test(side) ? [] : [reckoned(side)]));
        for (const value of values) expect(value, `${item.id}: ${think}`).toBeCloseTo(values[0] ?? Number.NaN, 9);
      }
    }
  });

  it("qa: 15 distractors, none of them the answer; the demonstration gives the answer", async () => {
    for (const item of await itemsOf("qa")) {
      if (item.gold.kind !== "qa") throw new Error(item.id);
      expect(new Set(item.gold.options).size, item.id).toBe(16);
      expect(item.gold.answers).toEqual([parts(item.demonstration).answer]);
      expect(parts(item.demonstration).think).toContain(item.gold.answers[0]);
    }
  });

  it("writing: short references of plain sentences, which the demonstrations give", async () => {
    for (const item of await itemsOf("writing")) {
      if (item.gold.kind !== "writing") throw new Error(item.id);
      const { reference } = item.gold;
      expect(parts(item.demonstration).answer).toBe(reference);
      expect(reference).toMatch(/^[A-Z][^{}$\t]*[.!?]$/);
      expect(reference.split(/\s+/).length, reference).toBeLessThanOrEqual(36);
      expect(reference).not.toMatch(/undefined| {2}|\.\.|[.!?] [a-z]/);
    }
  });

  it("code: every solution passes its tests under real Python, and is what the demonstration gives", async () => {
    const items = await itemsOf("code");
    const cases = items.map((item) => {
      if (item.gold.kind !== "code") throw new Error(item.id);
      expect(parts(item.demonstration).answer).toBe(item.gold.solution);
      return { id: item.id, tests: item.gold.tests, solution: item.gold.solution };
    });
    expect(new Set(cases.map(({ tests }) => tests.kind))).toEqual(new Set(["asserts", "unittest", "stdio"]));
    const file = await written("cases.json", JSON.stringify(cases));
    const { stdout } = await run(python, ["-I", resolve("test/fixtures/tasks/run-solutions.py"), file]);
    expect(JSON.parse(stdout)).toEqual({ passed: items.length, failed: [] });
  });
});
