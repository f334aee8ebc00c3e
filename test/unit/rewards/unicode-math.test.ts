import { describe, expect, it } from "vitest";
import { normalisedKeepingScripts, unicodeAsLatex } from "../../../src/rewards/unicode-math.js";

describe("Unicode mathematics as LaTeX", () => {
  it.each([
    ["y³⁰", "y^{30}"],
    ["4⁻²", "4^{-2}"],
    ["g⁻¹(t)", "g^{-1}(t)"],
    ["5ᵏ⁺¹", "5^{k+1}"],
    ["z⁽⁴⁾", "z^{(4)}"],
    ["x¹ᐟ³", "x^{1/3}"],
    ["b₁²", "b_{1}^{2}"],
    ["b²₁", "b_{1}^{2}"],
    ["110₂", "110_{2}"],
    ["cₘ", "c_{m}"],
    ["45ᵒ", "45°"],
    ["7⅝", "7\\frac{5}{8}"],
    ["⅑", "\\frac{1}{9}"],
    ["⅟20", "\\frac{1}{20}"],
    ["⁵⁄₁₂", "\\frac{5}{12}"],
    ["5⁄12", "5/12"],
    ["√15", "\\sqrt{15}"],
    ["∛2.5", "\\sqrt[3]{2.5}"],
    ["∜y", "\\sqrt[4] y"],
    ["a × b ÷ c", "a \\times  b / c"],
    ["ℚ ∖ ℤ", "\\mathbb{Q}  \\setminus  \\mathbb{Z} "],
    ["𝒚 ⩾ 𝟑𝛽", "y \\ge  3\\beta "],
    ["８．５", "8.5"],
    ["७", "7"],
    ["0.1̅2̅", "0.\\overline{12}"],
    ["0.4̇", "0.\\dot{4}"],
    ["1\u200b0", "10"],
    ["x^2 + 1", "x^2 + 1"],
  ])("%s → %s", (text, latex) => expect(unicodeAsLatex(text)).toBe(latex));
});

describe("NFKC that flattens no raised or lowered character", () => {
  it.each([
    ["y³⁰", "y^30"],
    ["4⁻²", "4^-2"],
    ["5ˣ", "5^x"],
    ["5ᴺ", "5^N"],
    ["110₂", "110_2"],
    ["cₘ", "c_m"],
    ["C₆H₁₂O₆", "C6H12O6"],
    ["3ʳᵈ", "3rd"],
    ["7⅝", "7 5/8"],
    ["⅞", "7/8"],
    ["⁵⁄₁₂", "5/12"],
    ["ﬁｖe ９", "five 9"],
  ])("%s → %s", (text, plain) => expect(normalisedKeepingScripts(text)).toBe(plain));
});

it("reads 100 kB of any of it within a second", () => {
  const hostile = ["²", "²⁄", "₂²", "²₂⁄", "√", "√1", "⅟", "⅟₁", "5̅", "½", "1̇", "⁻", "ⁿₙ", "𝟓", "٣", "∑ₖ"];
  for (const text of hostile) {
    const began = performance.now();
    const long = text.repeat(100_000 / text.length);
    unicodeAsLatex(long);
    normalisedKeepingScripts(long);
    expect(performance.now() - began, text).toBeLessThan(2500);
  }
});
