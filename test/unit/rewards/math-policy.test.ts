import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verifyAnswer } from "../../../src/rewards/math/symbolic/verify-answer.js";

type Pairs = readonly (readonly [answer: string, gold: string])[];

const same: Readonly<Record<string, Pairs>> = {
  Tolerance: [["0.5", "1/2"]],
  Simplification: [
    ["4/8", "1/2"],
    ["\\sqrt{1200}", "20\\sqrt3"],
    ["(x-1)(x+1)", "x^2-1"],
    ["5!", "120"],
    ["1 1/2", "3/2"],
  ],
  Expressions: [
    ["2\\sin x \\cos x", "\\sin 2x"],
    ["e^{-x^2}e^{x^2}", "1"],
    ["e^{-x^2-1000}", "e^{-1000-x^2}"],
    ["\\sin \\pi", "0"],
  ],
  Domain: [
    ["\\ln x", "\\ln(x^2) - \\ln x"],
    ["x^{1/3}", "\\sqrt[3]{x}"],
    ["e^{2\\ln x}", "x^2"],
  ],
  "Symbol case": [
    ["monday", "Monday"],
    ["red, blue", "\\text{Blue, Red}"],
    ["TRUE", "True"],
  ],
  Letters: [
    ["ab", "ba"],
    ["2xzy", "2xyz"],
  ],
  Words: [
    ["god", "\\text{God}"],
    ["a \\cdot b \\cdot c", "abc"],
    ["zyx", "xyz"],
  ],
  Lists: [
    ["2, 1", "1, 2"],
    ["\\{2, 1\\}", "\\{1, 2\\}"],
  ],
  Brackets: [
    ["1, 2", "(1, 2)"],
    ["1, 2", "\\{2, 1\\}"],
  ],
  Repetition: [["\\{1, 1, 2\\}", "\\{1, 2\\}"]],
  "±": [["1 \\pm \\sqrt2", "1+\\sqrt2, 1-\\sqrt2"]],
  Assignments: [
    ["x = 3", "3"],
    ["x^2", "f(x) = x^2"],
    ["1/3", "P(A)=1/3"],
    ["\\frac38", "P(X=2)=\\frac38"],
    ["x^2", "P(x)=x^2"],
    ["t^2", "s(t)=t^2"],
    ["60^\\circ", "\\angle ABC=60^\\circ"],
    ["y=x+1", "f(x)=x+1"],
    ["2=A(x+1)", "A(x+1)=2"],
  ],
  Equations: [["2x + 4y = 6", "x + 2y = 3"]],
  Intervals: [
    ["1 < x \\le 2", "(1, 2]"],
    ["\\{x : 1 < x \\le 2\\}", "(1, 2]"],
    ["(3,4) \\cup (1,2)", "(1,2) \\cup (3,4)"],
    ["[1, \\infty]", "[1, \\infty)"],
    ["x = 1 or x > 3", "\\{1\\} \\cup (3, \\infty)"],
    ["|x|<1", "-1<x<1"],
    ["[-1,5]", "|x-2|\\le 3"],
    ["|2-x|>3", "(-\\infty,-1)\\cup(5,\\infty)"],
  ],
  "Set-builder": [
    ["\\{1, 2\\}", "\\{x \\in \\mathbb{Z} : 0 < x < 3\\}"],
    ["\\mathbb{Z} \\cap (0, 3)", "\\{1, 2\\}"],
    ["x \\in \\mathbb{Z}, 0 < x < 3", "\\{1, 2\\}"],
    ["\\{n \\in \\mathbb{N} : 0 < n < 4\\}", "\\{1, 2, 3\\}"],
    ["\\{n \\in \\mathbb{N} : n \\le 3\\}", "\\{n \\in \\mathbb{N} : n < 4\\}"],
    ["\\{x \\in \\mathbb{Z} : x > \\sqrt2\\}", "\\{x \\in \\mathbb{Z} : x \\ge 2\\}"],
    ["\\{y \\in \\mathbb{Q} : 0 < y < 1\\}", "\\{x \\in \\mathbb{Q} : 1 > x > 0\\}"],
    ["\\{x \\in \\mathbb{R} : x \\ne 0\\}", "(-\\infty, 0) \\cup (0, \\infty)"],
    ["\\{2k \\mid k \\in \\mathbb{Z}\\}", "\\{2k : k \\in \\mathbb{Z}\\}"],
  ],
  Matrices: [
    ["\\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["(1, 2)", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["2\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\begin{pmatrix}2&0\\\\0&2\\end{pmatrix}"],
    ["-\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}-1\\\\-2\\end{pmatrix}"],
    ["-2", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
    ["ad-bc", "\\begin{vmatrix}a&b\\\\c&d\\end{vmatrix}"],
    ["\\begin{pmatrix}1&2\\end{pmatrix}^T", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"],
  ],
  Percent: [
    ["25\\%", "1/4"],
    ["25", "25\\%"],
    ["50\\%", "0.5"],
    ["50\\sqrt2\\%", "\\frac{\\sqrt2}{2}"],
    ["5\\sqrt2", "5\\sqrt2\\%"],
  ],
  Units: [
    ["5", "5\\text{ cm}"],
    ["500\\text{ cm}", "5\\text{ m}"],
    ["5 marbles", "5\\text{ marbles}"],
    ["500 cm", "5 m"],
    ["2 kg", "2000 g"],
    ["60 min", "1 h"],
    ["20 m/s", "72 km/h"],
    ["1000 mL", "1 L"],
    ["5 newtons", "5 N"],
    ["100", "100°C"],
    ["20 degrees Celsius", "20^\\circ\\text{C}"],
  ],
  Angles: [
    ["\\frac{\\pi}{2}", "90^\\circ"],
    ["90", "90^\\circ"],
  ],
  "Number bases": [["24", "24_{10}"]],
  "Ratios and times": [
    ["2:4", "1:2"],
    ["5:00", "05:00"],
    ["\\frac34", "3:4"],
    ["3:4", "0.75"],
  ],
  Ordinals: [
    ["17", "17\\text{th}"],
    ["21st", "21"],
    ["2^{\\text{nd}}", "2"],
    ["11th", "11"],
  ],
  Thousands: [
    ["1,000", "1000"],
    ["1{,}000", "1000"],
    ["1\\,000", "1000"],
    ["200, 1", "1, 200"],
  ],
  Dress: [
    ["5", "\\boxed{5}"],
    ["\\overrightarrow{AB}", "\\vec{AB}"],
    ["**5**", "5"],
    ["**Answer:** 5", "5"],
    ["Answer: **5**", "5"],
    ["\\color{red}{5}", "5"],
    ["{\\color{red}5}", "5"],
    ["\\textcolor{red}{5}", "5"],
    ["\\underline{5}", "5"],
    ["\u200b5", "5"],
    ["5", "5\u200b"],
    ["x\\not=2", "x\\ne 2"],
  ],
  Garbage: [
    ["The answer is 5", "5"],
    ["Answer: 5", "5"],
  ],
  Size: [["9^{9^{9^{9}}}", "9^{9^{9^{9}}}"]],
};

const different: Readonly<Record<string, Pairs>> = {
  Tolerance: [
    ["0.333", "1/3"],
    ["1.41421356", "\\sqrt2"],
    ["1000000.1", "1000000.2"],
    ["6.63e-34", "1.6e-19"],
  ],
  Simplification: [["4/9", "1/2"]],
  Expressions: [
    ["\\sqrt{x^2}", "x"],
    ["e^{-x^2-1000}", "0"],
    ["0", "e^{-x^2-1000}"],
    ["e^{-600}", "0"],
    ["1+e^{-x^2-30}", "1"],
  ],
  Domain: [
    ["\\ln(x^2)", "2\\ln x"],
    ["\\ln(-x)", "\\ln x"],
    ["\\sqrt{-1-x^2}", "\\sqrt{-2-x^2}"],
    ["(-1)^n", "(-1)^{n+1}"],
  ],
  "Symbol case": [
    ["a", "A"],
    ["ABC", "abc"],
    ["green, blue", "\\text{Blue, Red}"],
  ],
  Letters: [["AB", "BA"]],
  Words: [
    ["god", "dog"],
    ["on", "no"],
    ["neat", "\\text{ante}"],
    ["hat red", "red hat"],
    ["god, cat", "dog, cat"],
  ],
  Lists: [
    ["(2, 1)", "(1, 2)"],
    ["1", "1, 2"],
  ],
  Brackets: [
    ["[1, 2]", "(1, 2)"],
    ["\\{1, 2\\}", "(1, 2)"],
  ],
  Repetition: [["1, 1, 2", "1, 2"]],
  "±": [["1+\\sqrt2", "1 \\pm \\sqrt2"]],
  Assignments: [
    ["y = 3", "x = 3"],
    ["P(B)=1/3", "P(A)=1/3"],
    ["Q(x)=x^2", "P(x)=x^2"],
    ["A(x+1)=2", "2"],
    ["k(x)=kx", "kx"],
  ],
  Equations: [["2x = 6", "x = 3"]],
  Intervals: [
    ["[1, 2]", "1 < x \\le 2"],
    ["x = 1, x = 2", "\\emptyset"],
    ["|2x|<3", "(-3,3)"],
    ["|x-2|<3", "[-1,5]"],
  ],
  "Set-builder": [
    ["(0, 3)", "\\{x \\in \\mathbb{Z} : 0 < x < 3\\}"],
    ["\\{x \\in \\mathbb{Q} : 0 < x < 1\\}", "(0, 1)"],
    ["\\{1, 2, 3\\}", "\\{n \\in \\mathbb{N} : n \\le 3\\}"],
    ["\\{0, 1, 2, 3\\}", "\\{n \\in \\mathbb{N} : n \\le 3\\}"],
    ["\\mathbb{Z}", "\\mathbb{R}"],
    ["\\{2x : x > 0\\}", "\\{x : x > 0\\}"],
    ["\\{3k : k \\in \\mathbb{Z}\\}", "\\{2k : k \\in \\mathbb{Z}\\}"],
  ],
  Matrices: [
    ["\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["2\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}"],
    ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
    ["\\begin{pmatrix}1&2\\end{pmatrix}^T", "\\begin{pmatrix}1&2\\end{pmatrix}"],
  ],
  Percent: [
    ["0.5\\%", "0.5"],
    ["\\frac{\\sqrt2}{2}\\%", "\\frac{\\sqrt2}{2}"],
    ["(0.5\\%, 1)", "(0.5, 1)"],
  ],
  Units: [
    ["5\\text{ cm}", "5\\text{ m}"],
    ["5 apples", "5"],
    ["2", "2xyz"],
    ["5 m", "5"],
    ["5m", "5n"],
    ["5 m", "5 s"],
    ["100°F", "100°C"],
    ["68°F", "20°C"],
  ],
  Angles: [["90", "\\frac{\\pi}{2}"]],
  "Number bases": [["203", "203_7"]],
  "Ratios and times": [
    ["5:30", "5:03"],
    ["3:12", "1/4"],
    ["3:4", "\\frac43"],
    ["1:2:3", "\\frac12"],
  ],
  Ordinals: [
    ["17th", "18"],
    ["11st", "11"],
    ["5 th", "5"],
  ],
  Thousands: [
    ["1, 000", "1000"],
    ["1, 200", "1200"],
  ],
  Dress: [
    ["5", "\\boxed{6}"],
    ["5", "\\boxed{5} \\boxed{6}"],
    ["\\overrightarrow{BA}", "\\vec{AB}"],
    ["*5", "5"],
    ["2*3*", "6"],
    ["\u202e5", "5"],
    ["\\color{red}{6}", "5"],
    ["x\\not=2", "x=2"],
  ],
  Garbage: [
    ["I think it is 5", "5"],
    ["5 or 6", "5"],
    ["not 5", "5"],
  ],
  Size: [
    ["9^{9^{9^{9}}}", "9^{9^{9^{8}}}"],
    ["\\int_0^1 2x \\, dx", "1"],
  ],
};

const lines = [...readFileSync("docs/math-policy.md", "utf8").matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(
  ([, name]) => name ?? "",
);

describe("docs/math-policy.md", () => {
  it("has a claim on both sides for each of its lines", () => {
    expect(Object.keys(same)).toEqual(lines);
    expect(Object.keys(different)).toEqual(lines);
  });

  it.each(lines)("holds: %s", (line) => {
    for (const [answer, gold] of same[line] ?? []) {
      expect([answer, gold, verifyAnswer(answer, gold).outcome]).toEqual([answer, gold, "equal"]);
    }
    for (const [answer, gold] of different[line] ?? []) {
      expect([answer, gold, verifyAnswer(answer, gold).outcome]).toEqual([answer, gold, "different"]);
    }
  });
});
