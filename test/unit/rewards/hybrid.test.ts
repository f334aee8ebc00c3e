import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CancelledError, ConfigError } from "../../../src/core/index.js";
import { buildReward } from "../../../src/rewards/build-reward.js";
import { decimalSum } from "../../../src/rewards/decimal-sum.js";
import { defineComponent, defineReward } from "../../../src/rewards/define-reward.js";
import { composeReward } from "../../../src/rewards/hybrid.js";
import type { RewardComponent } from "../../../src/rewards/reward.js";
import { gate, scored, tagged } from "./scored.js";

const input = scored({ kind: "math", answer: "5" }, tagged("5"));
const fixed = (name: string, value: number | null): RewardComponent => ({
  name,
  score: async () => (value === null ? { value, reason: "down" } : { value }),
});

describe("composition", () => {
  it("sums the defined components with their weights, never counting undefined as 0", async () => {
    const value = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
    const weight = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, weight), { minLength: 1, maxLength: 6 }), async (parts) => {
        const components = parts.map(([v, w], i) => ({ component: fixed(`c${i}`, v), weight: w }));
        const record = await composeReward({ primary: "c0", components }).score(input, {});
        if (parts[0]?.[0] === null) expect(record.total).toBe(null);
        else {
          const defined = parts.filter(([v]) => v !== null);
          expect(record.total).toBeCloseTo(
            defined.reduce((sum, [v, w]) => sum + (v ?? 0) * w, 0),
            12,
          );
          expect(record.total).toBeLessThanOrEqual(parts.reduce((sum, [, w]) => sum + w, 0) + 1e-12);
          expect(record.total).toBeGreaterThanOrEqual(0);
          const without = await composeReward({
            primary: "c0",
            components: components.filter((_, i) => parts[i]?.[0] !== null),
          }).score(input, {});
          expect(record.total).toBe(without.total);
        }
        expect(Object.keys(record.components)).toEqual(parts.map((_, i) => `c${i}`));
      }),
    );
  });

  it.each([
    [
      [
        [1, 1],
        [0.1, 1],
        [0.1, 1],
      ],
      1.2,
    ],
    [
      [
        [1, 1],
        [0.2, 1],
        [0.1, 1],
      ],
      1.3,
    ],
    [
      [
        [0.7, 1],
        [0.1, 1],
      ],
      0.8,
    ],
    [
      [
        [0.1, 1],
        [0.2, 1],
      ],
      0.3,
    ],
    [
      [
        [0.1, 0.75],
        [1, 0.5],
      ],
      0.575,
    ],
    [
      [
        [1, 1 / 3],
        [0.1, 1],
      ],
      0.4333333333333333,
    ],
    [
      [
        [1e-7, 1],
        [1, 1],
      ],
      1.0000001,
    ],
    [
      [
        [0.3, 0.3],
        [0.01, 1],
      ],
      0.1,
    ],
    [
      [
        [1, Number.MIN_VALUE],
        [0, 1],
      ],
      Number.MIN_VALUE,
    ],
    [[[0, 1]], 0],
  ] as const)("adds weight · value of %j as people add: %d", (terms, total) => {
    expect(decimalSum(terms)).toBe(total);
  });

  it.each([
    [true, /returned true; return a number from 0 to 1, or null .*\(Number\(true\) is 1\)/],
    [false, /returned false; return a number .*is 0/],
    ["0.5", /returned the text "0.5"; return a number .*\(0.5 without quotes\)/],
    ["good", /returned the text "good"; return a number/],
    [undefined, /returned nothing; return a number/],
    [[1], /returned a list/],
    [{}, /returned a object|returned an object/],
    [1n, /returned a bigint/],
    [2, /returned 2, outside \[0, 1\]/],
  ])("says of %o that it is no value, and what to return", async (given, message) => {
    const own = defineComponent("own", () => given as never);
    const bare: RewardComponent = { name: "bare", score: async () => ({ value: given as never }) };
    const reward = composeReward({
      primary: "own",
      components: [own, bare].map((component) => ({ component, weight: 1 })),
    });
    const { total, components } = await reward.score(input, {});
    expect(total).toBe(null);
    expect(components.own).toMatchObject({ value: null, reason: expect.stringMatching(message) });
    expect(components.bare).toMatchObject({ value: null, reason: expect.stringMatching(message) });
  });

  it.each([0.5, true, "1", null, undefined])(
    "says of a component that gives back a bare %o what to return",
    async (given) => {
      const bare: RewardComponent = { name: "bare", score: async () => given as never };
      const reward = composeReward({ primary: "bare", components: [{ component: bare, weight: 1 }] });
      const reason = expect.stringContaining(`"bare" returned ${given}; return { value: … }`);
      expect((await reward.score(input, {})).components.bare).toMatchObject({ value: null, reason });
    },
  );

  it("makes a component that throws, or leaves [0, 1], undefined with its reason", async () => {
    const broken = defineComponent("broken", () => {
      throw new Error("boom");
    });
    const components = [fixed("main", 1), broken, fixed("big", 1.5), fixed("nan", Number.NaN)];
    const reward = composeReward({
      primary: "main",
      components: components.map((component) => ({ component, weight: 1 })),
    });
    const record = await reward.score(input, {});
    expect(record.total).toBe(1);
    expect(record.components.broken).toEqual({ value: null, reason: 'component "broken" threw: boom', weight: 1 });
    expect(record.components.big).toMatchObject({ value: null, reason: expect.stringContaining("1.5") });
    expect(record.components.nan).toMatchObject({ value: null });
  });

  it("rejects with CancelledError only", async () => {
    const cancelled = defineComponent("main", () => {
      throw new CancelledError();
    });
    const reward = composeReward({ primary: "main", components: [{ component: cancelled, weight: 1 }] });
    await expect(reward.score(input, {})).rejects.toBeInstanceOf(CancelledError);
  });

  it("runs components at once", async () => {
    const both = gate();
    const first = defineComponent("first", async () => {
      await both.opened;
      return 1;
    });
    const second = defineComponent("second", () => {
      both.open();
      return 1;
    });
    const components = [first, second].map((component) => ({ component, weight: 0.5 }));
    expect((await composeReward({ primary: "first", components }).score(input, {})).total).toBe(1);
  });

  it.each([
    ["a weight above 1", "main", [["main", 1.1]]],
    ["a negative weight", "main", [["main", -0.1]]],
    ["a weight that is no number", "main", [["main", Number.NaN]]],
    [
      "a name twice",
      "main",
      [
        ["main", 1],
        ["main", 1],
      ],
    ],
    ["a primary that is not there", "other", [["main", 1]]],
  ] as const)("refuses %s", (_, primary, parts) => {
    const components = parts.map(([name, weight]) => ({ component: fixed(name, 1), weight }));
    expect(() => composeReward({ primary, components })).toThrow(ConfigError);
  });
});

describe("a reward from a task's config", () => {
  const math = { id: "t", family: "math" } as const;

  it("has the default weights 1, 0.1, 0.1", async () => {
    const record = await buildReward({ ...math, reward: {} }).score(input, {});
    expect(record.total).toBe(1.2);
    expect(record).toMatchObject({ primary: "math", components: { format: { weight: 0.1 }, tags: { weight: 0.1 } } });
  });

  it("takes the weights given, and measures format in any case", async () => {
    expect(buildReward({ ...math, reward: { math: 1, format: 0.1 } }).components).toEqual(["math", "format"]);
    const record = await buildReward({ ...math, reward: { math: 0.5 } }).score(input, {});
    expect(record.total).toBe(0.5);
    expect(record.components.format).toMatchObject({ value: 1, weight: 0 });
  });

  it("scores the response itself when raw, primary component only", async () => {
    const reward = buildReward(math, {}, { raw: true });
    const record = await reward.score(scored({ kind: "math", answer: "0.5" }, "1/2"), {});
    expect(record).toMatchObject({ total: 1 });
    expect(Object.keys(record.components)).toEqual(["math"]);
  });

  it.each([
    [
      "an unknown component",
      { ...math, reward: { mth: 1 } },
      /task "t": reward: unknown component "mth"; did you mean "math"\?/,
    ],
    [
      "another family's component",
      { ...math, reward: { code: 1 } },
      /unknown component "code"; there is: math, format, tags/,
    ],
    ["a weight above 1", { ...math, reward: { format: 2 } }, /weight of "format" is 2/],
    ["no sandbox", { id: "t", family: "code" }, /needs a sandbox/],
    ["no judge", { id: "t", family: "writing" }, /needs a judge/],
  ] as const)("refuses %s", (_, task, message) => {
    expect(() => buildReward(task)).toThrow(ConfigError);
    expect(() => buildReward(task)).toThrow(message);
  });
});

describe("a reward from a function", () => {
  it("sees the answer and stands beside format and tags", async () => {
    const reward = defineReward("even", ({ answer }) => (answer === undefined ? 0 : Number(answer) % 2 === 0 ? 1 : 0));
    expect(reward.components).toEqual(["even", "format", "tags"]);
    expect((await reward.score(scored({ kind: "custom", data: 1 }, tagged("4")), {})).total).toBeCloseTo(1.2, 12);
    expect((await reward.score(scored({ kind: "custom", data: 1 }, "4"), {})).total).toBe(0);
  });

  it("is undefined where the function says null", async () => {
    const record = await defineReward("x", () => null).score(input, {});
    expect(record.total).toBe(null);
    expect(record.components.x?.reason).toContain("could not be measured");
  });
});
