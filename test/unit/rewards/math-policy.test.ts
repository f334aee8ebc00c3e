import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareAnswers } from "../../../src/rewards/math/compare.js";
import { verifyAnswer, verifySymbolically } from "../../../src/rewards/math/symbolic/verify-answer.js";

type Pairs = readonly (readonly [answer: string, gold: string])[];

const same: Readonly<Record<string, Pairs>> = {
  Tolerance: [["0.5", "1/2"]],
  Simplification: [
    ["4/8", "1/2"],
    ["\\sqrt{1200}", "20\\sqrt3"],
    ["(x-1)(x+1)", "x^2-1"],
    ["5!", "120"],
    ["1 1/2", "3/2"],
    ["\\frac{7}{\\sqrt{7}}", "\\sqrt7"],
    ["\\log_4 8", "\\frac32"],
    ["\\log_3 81 - 1", "3"],
    ["\\ln\\left(\\frac{e^3}{e}\\right)", "2"],
    ["\\cos^2\\theta-\\sin^2\\theta", "\\cos 2\\theta"],
    ["2^{\\log_2 7}", "7"],
    ["\\sqrt{3-2\\sqrt2}", "\\sqrt2-1"],
    ["0.1\\overline{6}", "\\frac16"],
    ["-1.5", "-\\frac{3}{2}"],
    ["1\\frac{3}{4}", "7/4"],
    ["3.2\\times10^{-4}", "0.00032"],
    ["|5-12i|", "13"],
    ["(2+i)(2-i)", "5"],
    ["i^{2023}", "-i"],
    ["\\frac{10!}{8!}", "90"],
    ["\\binom{7}{3}", "35"],
    ["\\prod_{k=1}^{5} k", "120"],
    ["\\lfloor -2.5\\rfloor", "-3"],
    ["\\max(3,7)", "7"],
  ],
  Expressions: [
    ["2\\sin x \\cos x", "\\sin 2x"],
    ["e^{-x^2}e^{x^2}", "1"],
    ["e^{-x^2-1000}", "e^{-1000-x^2}"],
    ["\\sin \\pi", "0"],
    ["4x^2(x-2)", "4x^3-8x^2"],
    ["\\frac{1}{x}-\\frac{1}{x+1}", "\\frac{1}{x(x+1)}"],
    ["(a-b)(a^2+ab+b^2)", "a^3-b^3"],
    ["\\tan x\\cos x", "\\sin x"],
    ["\\frac{\\sin x}{1+\\cos x}", "\\tan\\frac{x}{2}"],
    ["x^{2/3}", "\\sqrt[3]{x^2}"],
    ["a^{-1}b", "\\frac{b}{a}"],
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
    ["\\text{(D)}", "D"],
    ["\\text{parallelogram}", "Parallelogram"],
  ],
  Letters: [
    ["ab", "ba"],
    ["n\\cdot2^{n-1}", "n2^{n-1}"],
    ["\\frac{n 2^n}{2}", "n \\cdot 2^{n-1}"],
    ["\\sqrt{2} 3", "3\\sqrt2"],
    ["\\pi 2", "2\\pi"],
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
    ["\\frac{x-1}{2}", "f^{-1}(x)=\\frac{x-1}{2}"],
    ["f^{-1}(x)=0.5(x-1)", "f^{-1}(x)=\\frac{x-1}{2}"],
    ["2x", "\\frac{dy}{dx}=2x"],
    ["t^2", "s(t)=t^2"],
    ["60^\\circ", "\\angle ABC=60^\\circ"],
    ["y=x+1", "f(x)=x+1"],
    ["2=A(x+1)", "A(x+1)=2"],
    ["x=-3,\\ y=\\frac12", "(x,y)=(-3,0.5)"],
  ],
  Equations: [
    ["2x + 4y = 6", "x + 2y = 3"],
    ["y=-\\frac12x+4", "x+2y=8"],
  ],
  Intervals: [
    ["1 < x \\le 2", "(1, 2]"],
    ["\\{x : 1 < x \\le 2\\}", "(1, 2]"],
    ["(3,4) \\cup (1,2)", "(1,2) \\cup (3,4)"],
    ["[1, \\infty]", "[1, \\infty)"],
    ["x = 1 or x > 3", "\\{1\\} \\cup (3, \\infty)"],
    ["|x|<1", "-1<x<1"],
    ["[-1,5]", "|x-2|\\le 3"],
    ["|2-x|>3", "(-\\infty,-1)\\cup(5,\\infty)"],
    ["\\{1,3,5\\}\\cup\\{5,7\\}", "\\{1,3,5,7\\}"],
    ["[0,5]\\cap[3,8]", "[3,5]"],
    ["(-\\infty,4)\\setminus\\{0\\}", "(-\\infty,0)\\cup(0,4)"],
    ["x\\le -2 \\text{ or } x\\ge 2", "|x|\\ge 2"],
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
    ["\\{x\\in\\mathbb{Z}: |x|\\le 2\\}", "\\{-2,-1,0,1,2\\}"],
  ],
  Matrices: [
    ["\\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["(1, 2)", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["2\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\begin{pmatrix}2&0\\\\0&2\\end{pmatrix}"],
    ["-\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}-1\\\\-2\\end{pmatrix}"],
    ["-2", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
    ["ad-bc", "\\begin{vmatrix}a&b\\\\c&d\\end{vmatrix}"],
    ["\\begin{pmatrix}1&2\\end{pmatrix}^T", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"],
    ["\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\begin{bmatrix}1&0\\\\0&1\\end{bmatrix}"],
    ["3\\begin{pmatrix}1\\\\-1\\end{pmatrix}", "\\begin{pmatrix}3\\\\-3\\end{pmatrix}"],
  ],
  Percent: [
    ["25\\%", "1/4"],
    ["25", "25\\%"],
    ["50\\%", "0.5"],
    ["50\\sqrt2\\%", "\\frac{\\sqrt2}{2}"],
    ["5\\sqrt2", "5\\sqrt2\\%"],
    ["\\frac{9}{12}", "75\\%"],
  ],
  Units: [
    ["5", "5\\text{ cm}"],
    ["500\\text{ cm}", "5\\text{ m}"],
    ["5 marbles", "5\\text{ marbles}"],
    ["500 cm", "5 m"],
    ["2 kg", "2000 g"],
    ["1 kJ", "1000\\text{ J}"],
    ["60 min", "1 h"],
    ["20 m/s", "72 km/h"],
    ["1000 mL", "1 L"],
    ["5 newtons", "5 N"],
    ["100", "100°C"],
    ["20 degrees Celsius", "20^\\circ\\text{C}"],
    ["t = 2\\ \\text{s}", "2"],
    ["v = 15\\text{ m/s}", "15\\text{ m/s}"],
    ["1.5\\text{ km}", "1500\\text{ m}"],
    ["250 mL", "0.25 L"],
    ["3 ft", "36 in"],
    ["\\$1,250.50", "1250.5"],
    ["2 hours", "120 minutes"],
  ],
  Angles: [
    ["\\frac{\\pi}{2}", "90^\\circ"],
    ["90", "90^\\circ"],
    ["135^\\circ", "\\frac{3\\pi}{4}"],
  ],
  "Number bases": [
    ["203_7", "101"],
    ["203 base seven", "203_7"],
    ["24", "24_{10}"],
    ["110_{\\text{two}}", "110_2"],
  ],
  Residues: [
    ["3 \\pmod 5", "8 \\pmod 5"],
    ["n \\equiv 2 \\pmod{7}", "2 \\pmod 7"],
  ],
  "Ratios and times": [
    ["2:4", "1:2"],
    ["5:00", "05:00"],
    ["\\frac34", "3:4"],
    ["3:4", "0.75"],
    ["2 : 3", "\\frac{2}{3}"],
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
    ["10\\ 000", "10000"],
    ["1 234 567.5", "1234567.5"],
    ["469/235", "1 234/235"],
    ["200, 1", "1, 200"],
  ],
  Unicode: [
    ["y²⁰", "y^{20}"],
    ["7½", "7 1/2"],
    ["√18", "3\\sqrt2"],
    ["∛y", "\\sqrt[3]{y}"],
    ["110₂", "110_2"],
  ],
  "Program notation": [
    ["2*y**2", "2y^2"],
    ["\\frac{\\sqrt5}{5}", "sqrt(5)/5"],
    ["e^-y", "e^{-y}"],
    ["3", "log(8, 2)"],
    ["\\ln y", "log(y)"],
    ["\\log y", "log(y)"],
  ],
  "Bare arguments": [
    ["\\sqrt(7)", "\\sqrt7"],
    ["y^-2", "1/y^2"],
    ["{y}_{1}+3", "y_1+3"],
  ],
  Alignment: [
    ["\\begin{aligned} y &= 9 \\tag{3} \\end{aligned}", "9"],
    ["\\begin{gather*} x = 2 \\\\ y = 9 \\end{gather*}", "x = 2, y = 9"],
  ],
  Approximations: [
    ["\\frac{\\sqrt5}{5} \\approx 0.447", "\\frac{\\sqrt5}{5}"],
    ["5/6", "y = 5/6 ≈ 0.83"],
  ],
  Ellipsis: [
    ["3,6,\\dots,3n", "3, 6, ..., 3n"],
    ["0.444…", "4/9"],
  ],
  Money: [
    ["-$2,345.60", "-2345.6"],
    ["€30", "30 EUR"],
    ["¥30", "30 yuan"],
  ],
  Multiples: [
    ["7 million", "7,000,000"],
    ["4 dozen", "48"],
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
    ["0.16", "\\frac16"],
  ],
  Simplification: [
    ["4/9", "1/2"],
    ["\\frac{7}{\\sqrt{7}}", "7"],
    ["\\log_4 8", "2"],
    ["\\ln 3 + \\ln 4", "\\ln 7"],
    ["1\\frac{3}{4}", "\\frac34"],
    ["3.2\\times10^{4}", "0.00032"],
    ["i^{2023}", "i"],
    ["\\binom{7}{3}", "\\binom{7}{2}"],
    ["\\lfloor -2.5\\rfloor", "-2"],
    ["-12", "|{-12}|"],
    ["\\sqrt{-1}", "1"],
    ["\\frac{0}{0}", "0"],
  ],
  Expressions: [
    ["\\sqrt{x^2}", "x"],
    ["e^{-x^2-1000}", "0"],
    ["0", "e^{-x^2-1000}"],
    ["e^{-600}", "0"],
    ["1+e^{-x^2-30}", "1"],
    ["4x^2(x+2)", "4x^3-8x^2"],
    ["(a+b)^3", "a^3+b^3"],
    ["\\sin 2x", "2\\sin x"],
    ["\\sqrt{a^2+b^2}", "a+b"],
    ["\\frac{x^2}{x}", "\\frac{x}{x}"],
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
  Letters: [
    ["AB", "BA"],
    ["x2", "2x"],
    ["x2", "x^2"],
    ["2^n n2", "2^n n^2"],
    ["x + 2 3", "x + 6"],
    ["10^{2} 3", "300"],
  ],
  Words: [
    ["god", "dog"],
    ["on", "no"],
    ["neat", "\\text{ante}"],
    ["hat red", "red hat"],
    ["god, cat", "dog, cat"],
    ["\\text{lion}", "\\text{loin}"],
    ["tea", "eat"],
  ],
  Lists: [
    ["(2, 1)", "(1, 2)"],
    ["1", "1, 2"],
    ["12, 13", "12"],
    ["x = 12 \\text{ or } x = 13", "x=12"],
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
    ["f(x)=x^2", "f^{-1}(x)=x^2"],
    ["\\frac{dx}{dy}=2x", "\\frac{dy}{dx}=2x"],
    ["A(x+1)=2", "2"],
    ["k(x)=kx", "kx"],
    ["(x,y)=(0.5,-3)", "(x,y)=(-3,0.5)"],
    ["s(t)=t^2", "v(t)=t^2"],
    ["P(A\\mid B)=\\frac12", "P(B\\mid A)=\\frac12"],
  ],
  Equations: [
    ["2x = 6", "x = 3"],
    ["y=\\frac12x+4", "x+2y=8"],
  ],
  Intervals: [
    ["[1, 2]", "1 < x \\le 2"],
    ["x = 1, x = 2", "\\emptyset"],
    ["|2x|<3", "(-3,3)"],
    ["|x-2|<3", "[-1,5]"],
    ["[0,5]\\cup[3,8]", "[3,5]"],
    ["(-\\infty,4)", "(-\\infty,0)\\cup(0,4)"],
    ["|x|\\le 2", "|x|\\ge 2"],
  ],
  "Set-builder": [
    ["(0, 3)", "\\{x \\in \\mathbb{Z} : 0 < x < 3\\}"],
    ["\\{x \\in \\mathbb{Q} : 0 < x < 1\\}", "(0, 1)"],
    ["\\{1, 2, 3\\}", "\\{n \\in \\mathbb{N} : n \\le 3\\}"],
    ["\\{0, 1, 2, 3\\}", "\\{n \\in \\mathbb{N} : n \\le 3\\}"],
    ["\\mathbb{Z}", "\\mathbb{R}"],
    ["\\{2x : x > 0\\}", "\\{x : x > 0\\}"],
    ["\\{3k : k \\in \\mathbb{Z}\\}", "\\{2k : k \\in \\mathbb{Z}\\}"],
    ["\\{x\\in\\mathbb{Z}: |x|< 2\\}", "\\{-2,-1,0,1,2\\}"],
  ],
  Matrices: [
    ["\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"],
    ["2\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}"],
    ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
    ["\\begin{pmatrix}1&2\\end{pmatrix}^T", "\\begin{pmatrix}1&2\\end{pmatrix}"],
    ["3\\begin{pmatrix}1\\\\-1\\end{pmatrix}", "\\begin{pmatrix}1\\\\-1\\end{pmatrix}"],
  ],
  Percent: [
    ["0.5\\%", "0.5"],
    ["\\frac{\\sqrt2}{2}\\%", "\\frac{\\sqrt2}{2}"],
    ["(0.5\\%, 1)", "(0.5, 1)"],
    ["7.5\\%", "75\\%"],
    ["0.75\\%", "0.75"],
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
    ["15\\text{ km/h}", "15\\text{ m/s}"],
    ["1.5\\text{ km}", "150\\text{ m}"],
    ["\\$125.05", "1250.5"],
    ["2 hours", "120 seconds"],
    ["12 m", "12 cm"],
  ],
  Angles: [
    ["90", "\\frac{\\pi}{2}"],
    ["135", "\\frac{3\\pi}{4}"],
  ],
  "Number bases": [
    ["101", "203_7"],
    ["203", "203_7"],
    ["110_{\\text{two}}", "110"],
  ],
  Residues: [
    ["3 \\pmod 8", "3 \\pmod 5"],
    ["n \\equiv 2 \\pmod{5}", "2 \\pmod 7"],
    ["x \\equiv 2 \\pmod 7", "y \\equiv 2 \\pmod 7"],
  ],
  "Ratios and times": [
    ["5:30", "5:03"],
    ["3:12", "1/4"],
    ["3:4", "\\frac43"],
    ["1:2:3", "\\frac12"],
    ["5:20", "4:1"],
    ["5:20", "1:4"],
  ],
  Ordinals: [
    ["17th", "18"],
    ["11st", "11"],
    ["5 th", "5"],
  ],
  Thousands: [
    ["1, 000", "1000"],
    ["1, 200", "1200"],
    ["1 20", "120"],
    ["0 120", "120"],
    ["1 234/235", "1234/235"],
  ],
  Unicode: [
    ["2⁶", "26"],
    ["110₂", "1102"],
    ["7½", "71/2"],
    ["2ᵐ", "2m"],
    ["bₘ", "bm"],
  ],
  "Program notation": [
    ["2*y**3", "2y^2"],
    ["\\ln y", "\\log y"],
    ["-e^y", "e^-y"],
  ],
  "Bare arguments": [
    ["7", "\\sqrt(7)"],
    ["{y}_{1}", "{y}_{1}+3"],
  ],
  Alignment: [
    ["\\begin{aligned} y &= 9 \\\\ &= 8 \\end{aligned}", "9"],
    ["\\begin{aligned} y &= 9 \\end{aligned}", "8"],
  ],
  Approximations: [
    ["\\frac{\\sqrt5}{5} \\approx 0.45", "0.45"],
    ["\\frac{\\sqrt5}{5} \\approx 0.547", "\\frac{\\sqrt5}{5}"],
    ["0.83", "y = 5/6 ≈ 0.83"],
  ],
  Ellipsis: [
    ["3,6,\\dots,4n", "3, 6, ..., 3n"],
    ["3,9,\\dots,3n", "3, 6, ..., 3n"],
    ["3n,\\dots,6,3", "3, 6, ..., 3n"],
    ["0.444…", "0.444"],
  ],
  Money: [
    ["€30", "$30"],
    ["30 yen", "30 yuan"],
    ["-$5", "5"],
  ],
  Multiples: [
    ["7", "7 million"],
    ["4 dozen", "4"],
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
    ["\\text{(D)}", "\\text{(B)}"],
    ["\\text{not a parallelogram}", "\\text{parallelogram}"],
    ["12 \\text{ (approximately)}", "12"],
    ["\\approx 12", "12"],
    ["12?", "12"],
    [">12", "12"],
    ["\\le 12", "12"],
    ["12x", "12"],
    ["no solution", "0"],
    ["\\infty", "1000"],
    ["undefined", "0"],
  ],
  Size: [
    ["9^{9^{9^{9}}}", "9^{9^{9^{8}}}"],
    ["\\int_0^1 2x \\, dx", "1"],
  ],
};

const policy = readFileSync("docs/math-policy.md", "utf8");
/** Every row of the policy's table but its head, and the name of each. */
const rows = policy.split("\n").filter((line) => line.startsWith("|") && !/^\| (question|---) \|/.test(line));
const lines = rows.map((row) => /^\| \*\*(.+?)\*\* \| .+ \|$/.exec(row)?.[1] ?? `unreadable: ${row}`);

describe("docs/math-policy.md", () => {
  it("has a claim on both sides for each of its lines, and no claim without its line", () => {
    expect(lines.length).toBeGreaterThan(20);
    expect(new Set(lines).size).toBe(lines.length);
    expect(Object.keys(same)).toEqual(lines);
    expect(Object.keys(different)).toEqual(lines);
    for (const pairs of [...Object.values(same), ...Object.values(different)]) expect(pairs).not.toEqual([]);
  });

  it.each(lines)("holds: %s", (line) => {
    for (const [answer, gold] of same[line] ?? []) {
      expect([answer, gold, verifyAnswer(answer, gold).outcome]).toEqual([answer, gold, "equal"]);
    }
    for (const [answer, gold] of different[line] ?? []) {
      expect([answer, gold, verifyAnswer(answer, gold).outcome]).toEqual([answer, gold, "different"]);
    }
  });

  it.each(lines)("no layer alone contradicts: %s", (line) => {
    for (const [answer, gold] of same[line] ?? []) {
      expect([answer, gold, compareAnswers(answer, gold).outcome]).not.toEqual([answer, gold, "different"]);
    }
    for (const [answer, gold] of different[line] ?? []) {
      expect([answer, gold, compareAnswers(answer, gold).outcome]).not.toEqual([answer, gold, "equal"]);
      expect([answer, gold, verifySymbolically(answer, gold).outcome]).toEqual([answer, gold, "different"]);
    }
  });
});
