import { expect, it } from "vitest";
import { verifyAnswer } from "../../../src/rewards/math/symbolic/verify-answer.js";

it.each(["\\frac{1}{", "}", "$$", "\\text{}", "(1,2", "\\sqrt{", "\\boxed{}", "\\left(", "."])(
  "says of the gold %j that it cannot be read",
  (gold) => {
    expect(verifyAnswer("5", gold)).toMatchObject({
      outcome: "bad_gold",
      reason: expect.stringMatching(/^the gold answer/),
    });
  },
);

const repeated: readonly string[] = [
  ...[
    "²",
    "₂",
    "½",
    "√",
    "∛(",
    "⅟",
    "5̅",
    "\\sqrt(",
    "\\frac",
    "x^-",
    "^(",
    "2**",
    "1,\\ldots,",
    "12,\\! 345,\\!",
    "$",
    "Rs ",
  ],
  ...[
    "8 hours 30 minutes ",
    "5 million ",
    "\\tag{",
    "answer is ",
    "\\begin{aligned} x &= 5 \\\\ ",
    "1/3 \\approx ",
    "p=1,q=2;",
  ],
  ...["{x}_", "{", "0.\\dot3", "cis(", "101_2+", "1 base 2 ", "AB:", "\\frac{AB}{", "-x>", "\\boxed 5", "sq. ", "OR "],
];

it.each(repeated)("answers %j, repeated to the limit and far beyond it, within 2.5 s", (text) => {
  for (const length of [4096, 100_000]) {
    const long = text.repeat(Math.floor(length / text.length));
    for (const gold of ["x^2+1", `${long.slice(0, 4000)}1`]) {
      const began = performance.now();
      verifyAnswer(long, gold);
      expect(performance.now() - began).toBeLessThan(2500);
    }
  }
});
