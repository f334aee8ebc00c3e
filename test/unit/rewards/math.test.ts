import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareAnswers } from "../../../src/rewards/math/compare.js";
import { mathComponent } from "../../../src/rewards/math/math.js";
import { scored, tagged } from "./scored.js";

const equal = (answer: string, gold: string) => compareAnswers(answer, gold).outcome === "equal";

describe("equal answers", () => {
  it.each([
    ["42", "42"],
    ["42.", "42"],
    ["+42", "42"],
    ["−5", "-5"],
    ["007", "7"],
    ["5.00", "5"],
    [".5", "0.5"],
    ["1/2", "0.5"],
    ["2/4", "\\frac{1}{2}"],
    ["\\frac12", "\\dfrac{1}{2}"],
    ["\\frac1{72}", "1/72"],
    ["\\frac{-3}{4}", "-\\frac{3}{4}"],
    ["3/-4", "-3/4"],
    ["1.5/3", "1/2"],
    ["1 1/2", "3/2"],
    ["1\\frac{1}{2}", "1.5"],
    ["-1 1/2", "-1.5"],
    ["1½", "3/2"],
    ["0.\\overline{3}", "1/3"],
    ["0.1\\overline{6}", "\\frac16"],
    ["1,000", "1000"],
    ["1,234,567.8", "1234567.80"],
    ["1{,}000", "1000"],
    ["1\\,000", "1000"],
    ["1,\\!000", "1000"],
    ["$18", "18"],
    ["\\$18.00", "18"],
    ["-$5", "-5"],
    ["$-5", "-5"],
    ["$42$", "42"],
    ["\\(42\\)", "42"],
    ["18 dollars", "$18"],
    ["1.45e-5", "0.0000145"],
    ["1.45E-5", "1.45\\times 10^{-5}"],
    ["1.45×10⁻⁵", "1.45e-5"],
    ["2*10^3", "2000"],
    ["10^{3}", "1000"],
    ["10^-2", "0.01"],
    ["25%", "25\\%"],
    ["25 percent", "25%"],
    ["25\\%", "25"],
    ["25%", "0.25"],
    ["5 cm", "5"],
    ["5\\text{ cm}", "5 centimeters"],
    ["5\\text{ m}", "5"],
    ["12 cm^2", "12\\text{ square centimeters}"],
    ["12 cm²", "12"],
    ["60 mph", "60 miles per hour"],
    ["90^\\circ", "90"],
    ["90°", "90 degrees"],
    ["5 students", "5\\text{ students}"],
    ["5", "5\\text{ marbles}"],
    ["5 marbles", "5\\text{ marbles}"],
    ["x=3", "3"],
    ["3", "x = 3"],
    ["\\text{Evelyn}", "Evelyn"],
    ["monday", "Monday"],
    ["x^2+1", "x^{2} + 1"],
    ["8\\pi", "8 \\pi"],
    ["8π", "8\\pi"],
    ["\\sqrt2", "\\sqrt{2}"],
    ["(-3, 1/14)", "\\left( -3, \\frac{1}{14} \\right)"],
    ["(0.5,3]", "(1/2, 3]"],
    ["1,2,3", "1, 2, 3"],
    ["{5}", "5"],
    ["x \\leq 4", "x \\le 4"],
    ["\\text{(A)}", "(A)"],
  ])("%s = %s", (answer, gold) => {
    expect(compareAnswers(answer, gold)).toMatchObject({ outcome: "equal" });
  });
});

describe("answers that are not equal", () => {
  it.each([
    ["42", "43"],
    ["-42", "42"],
    ["6.63e-34", "1.6e-19"],
    ["1000000.1", "1000000.2"],
    ["0.333", "1/3"],
    ["3.14", "\\pi"],
    ["11/2", "1 1/2"],
    ["112", "1 1/2"],
    ["5 5", "55"],
    ["1.5.2", "1.52"],
    ["--5", "5"],
    ["25", "0.25"],
    ["5 cm", "5 m"],
    ["5 minutes", "5 hours"],
    ["5 million", "5"],
    ["5 dozen", "5"],
    ["5m", "5"],
    ["5x", "5"],
    ["5 apples", "5"],
    ["5 or 6", "5"],
    ["I think it is 5", "5"],
    ["5 is the answer", "5"],
    ["not 5", "5"],
    ["5!", "5"],
    ["5, 6", "5"],
    ["(5)(6)", "5"],
    ["\\boxed{5} \\boxed{6}", "5"],
    ["x=3", "y=3"],
    ["a", "A"],
    ["AB", "ab"],
    ["1, 200", "1200"],
    ["1,00", "100"],
    ["0,500", "500"],
    ["(1,2)", "[1,2]"],
    ["(1,2)", "(2,1)"],
    ["(1,2)", "(1,2,3)"],
    ["3/0", "0"],
    ["1e5", "1e6"],
    ["x^2", "x2"],
    ["2\\frac{5}{3}", "11/3"],
    ["", "5"],
    ["Infinity", "5"],
    ["NaN", "NaN5"],
    ["0x10", "16"],
  ])("%s ≠ %s", (answer, gold) => {
    expect(equal(answer, gold)).toBe(false);
  });
});

describe("exact arithmetic", () => {
  const int = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  const positive = fc.bigInt({ min: 1n, max: 10n ** 20n });

  it("a fraction equals itself in every other form, and nothing next to it", () => {
    fc.assert(
      fc.property(int, positive, fc.bigInt({ min: 1n, max: 1000n }), (p, q, k) => {
        const gold = `\\frac{${p}}{${q}}`;
        expect(equal(`${p * k}/${q * k}`, gold)).toBe(true);
        expect(equal(`${p * k + 1n}/${q * k}`, gold)).toBe(false);
      }),
    );
  });

  it("a decimal equals its digits over a power of ten, with or without separators and exponent", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 1, max: 20 }), (digits, places) => {
        const padded = digits.toString().padStart(places + 1, "0");
        const decimal = `${padded.slice(0, -places)}.${padded.slice(-places)}`;
        expect(equal(decimal, `${digits}/1${"0".repeat(places)}`)).toBe(true);
        expect(equal(`${digits}e-${places}`, decimal)).toBe(true);
        const grouped = digits.toString().replace(/\B(?=(\d{3})+$)/g, ",");
        expect(equal(grouped, digits.toString())).toBe(true);
      }),
    );
  });

  it("never throws, and any visible text equals itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.string({ maxLength: 60 }), (a, b) => {
        compareAnswers(a, b);
        const outcome = compareAnswers(a, a).outcome;
        expect(["equal", "bad_gold"]).toContain(outcome);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("hostile answers", () => {
  const hostile: readonly (readonly [string, string])[] = [
    ["digits", "9".repeat(100_000)],
    ["braces", "{".repeat(100_000)],
    ["closing braces", "}".repeat(100_000)],
    ["boxes", "\\boxed{".repeat(14_000)],
    ["fractions", "\\frac".repeat(20_000)],
    ["commas", "1,".repeat(50_000)],
    ["signs", "-".repeat(100_000)],
    ["blanks", " ".repeat(100_000)],
    ["NULs", "\0".repeat(100_000)],
    ["lone surrogates", "\ud800".repeat(100_000)],
    ["ligatures that grow under NFKC", "ﷺ".repeat(4096)],
    ["parentheses within the cap", "(".repeat(2048) + ")".repeat(2048)],
    ["elements within the cap", `(${"1,".repeat(2000)}1)`],
    ["digits within the cap", "9".repeat(4096)],
    ["fractions within the cap", "\\frac1".repeat(682)],
    ["backslashes", "\\".repeat(100_000)],
    ["tags", "<answer>".repeat(12_500)],
  ];

  it.each(hostile)("%s are answered in milliseconds", async (_, answer) => {
    const component = mathComponent();
    const gold = { kind: "math", answer: "(1, 2)" } as const;
    const began = performance.now();
    expect((await component.score(scored(gold, tagged(answer)), {})).value).toBe(0);
    expect((await component.score(scored(gold, answer), {})).value).toBe(0);
    expect(compareAnswers(answer, answer.slice(0, 4096)).outcome).toBeDefined();
    expect(performance.now() - began).toBeLessThan(250);
  });

  it.each(["1e999999999", "10^{999999999}", "1e-99999999", "2*10^{10^{10}}"])(
    "%s is refused, not evaluated",
    (answer) => {
      expect(compareAnswers(answer, "1").outcome).not.toBe("equal");
      expect(equal(answer, answer)).toBe(true);
    },
  );
});

describe("the component math", () => {
  const component = mathComponent();
  const value = async (gold: string, response: string) =>
    (await component.score(scored({ kind: "math", answer: gold }, response), {})).value;

  it("scores 0 without an answer and null without a gold", async () => {
    expect(await value("5", "5")).toBe(0);
    expect(await value("5", tagged("5"))).toBe(1);
    expect(await value("5", tagged("The answer is \\boxed{5}"))).toBe(1);
    expect(await value(" ", tagged("5"))).toBe(null);
    expect(await value(" ", "5")).toBe(null);
    expect(await value("9".repeat(5000), tagged("5"))).toBe(null);
    const none = await component.score(scored({ kind: "none", reason: "row 3 has no answer" }, tagged("5")), {});
    expect(none).toEqual({ value: null, reason: "row 3 has no answer" });
  });
});
