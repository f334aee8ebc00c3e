import { describe, expect, it } from "vitest";
import type { Tolerance } from "../../../src/rewards/math/measured.js";
import { verifyAnswer } from "../../../src/rewards/math/symbolic/verify-answer.js";

const digits = "gold-digits";
const percent = { relative: 0.01 };

type Rows = readonly (readonly [answer: string, gold: string, tolerance: Tolerance])[];

const near: Rows = [
  ["0.8333", "0.83", digits],
  ["5/6", "0.83", digits],
  ["\\frac{\\sqrt5}{2}", "1.118", digits],
  ["e", "2.72", digits],
  ["4.25", "4.3", digits],
  ["-7.46", "-7.5", digits],
  ["9.79 m/s^2", "9.8 \\text{ m/s}^2", digits],
  ["66.67%", "66.7\\%", digits],
  ["0.6667", "66.7%", digits],
  ["752 cm", "7.5 m", digits],
  ["(0.333, 1.5)", "(0.33, 1.5)", digits],
  ["t=0.333", "t=0.33", digits],
  ["\\pi \\approx 3.1416", "3.14", digits],
  ["2.50", "2.48", percent],
  ["6.0 \\times 10^{24}", "5.97 \\times 10^{24}", percent],
  ["1.61e-19", "1.602e-19", percent],
  ["$1,240.00", "$1,234.56", percent],
  ["19.9°C", "20.0°C", percent],
];

const far: Rows = [
  ["0.8", "0.83", digits],
  ["4.35", "4.3", digits],
  ["7.5", "-7.5", digits],
  ["65%", "66.7%", digits],
  ["y=0.333", "t=0.33", digits],
  ["(0.333, 1.6)", "(0.33, 1.5)", digits],
  ["0.34", "0.3 \\pm 0.1", digits],
  ["2.52", "2.48", percent],
  ["5.97 \\times 10^{23}", "5.97 \\times 10^{24}", percent],
  ["19.9°F", "20.0°C", percent],
  ["5.01 kg", "5.0 g", percent],
  ["0.001", "0.0", percent],
  ["2.48x", "2.48", percent],
  ["2.47 or 2.49", "2.48", percent],
  ["1.0e400", "2.48", percent],
];

const exact: Rows = [
  ["301", "300", percent],
  ["2.999e8", "3 \\times 10^8", percent],
  ["0.333", "1/3", percent],
  ["0.707", "\\frac{\\sqrt2}{2}", percent],
  ["3.14", "\\pi", digits],
  ["5.2", "5", digits],
];

describe("a tolerance", () => {
  it.each(near)("takes %s for %s (%j)", (answer, gold, tolerance) => {
    expect(verifyAnswer(answer, gold, tolerance).outcome).toBe("equal");
    expect(verifyAnswer(answer, gold).outcome).toBe("different");
  });
  it.each(far)("does not take %s for %s (%j)", (answer, gold, tolerance) => {
    expect(verifyAnswer(answer, gold, tolerance).outcome).toBe("different");
  });
  it.each(exact)("leaves %s wrong for %s, which is no decimal number (%j)", (answer, gold, tolerance) => {
    expect(verifyAnswer(answer, gold, tolerance).outcome).toBe("different");
  });
});
