import { describe, expect, it } from "vitest";
import { scoreQa } from "../../../src/rewards/qa/qa.js";

const score = (answer: string, gold: string) => scoreQa(answer, { kind: "qa", answers: [gold] }, "open").value;

/** Accepted answer, what equals it, what does not. */
type Row = readonly [gold: string, right: readonly string[], wrong: readonly string[]];

const kinds: Readonly<Record<string, readonly Row[]>> = {
  "articles are dropped only as articles": [
    ["Beatles", ["the Beatles", "The Beatles", "THE BEATLES", "“The Beatles”"], ["A, Beatles"]],
    ["dog", ["a dog", "A dog", "A Dog."], ["dog a"]],
    ["apple", ["An apple", "an Apple"], []],
    ["Diary of a Wimpy Kid", ["The Diary of a Wimpy Kid", "Diary of Wimpy Kid"], []],
    ["A minor", ["a minor"], ["minor", "B minor"]],
    ["A-level", ["A level"], ["level", "the level"]],
    ["A flat", [], ["flat"]],
    ["Vitamin A toxicity", ["vitamin a toxicity", "Vitamin-A toxicity"], ["vitamin toxicity", "vitamin K toxicity"]],
    ["Influenza A virus", ["influenza A virus"], ["influenza virus", "influenza B virus"]],
    ["Type A behavior", ["type a behavior"], ["type behavior"]],
    ["Plan A failed", [], ["plan failed"]],
    ["A 380", ["a 380"], ["380"]],
    ["Schindler and the ark", ["Schindler and ark"], ["Schindler ark"]],
    ["the", ["The"], ["a"]],
    ["A", ["a", "(A)"], ["the", "an"]],
  ],
  "several letters are an answer of their own": [
    ["A, C", ["A and C", "a, c", "A & C", "(A), (C)", "A; C", "A, and C", "A,C"], ["C", "A", "C, A", "AC", "A or C"]],
    ["A, B, D", ["A, B and D", "A, B, and D.", "[A], [B], [D]"], ["B, D", "A, B", "B", "A, B, C, D", "A, D, B"]],
    ["B", [], ["A, B", "A and B", "B, A"]],
    ["A", [], ["A, B", "A and A", "A, A"]],
    ["R&B", ["r&b"], ["R, B"]],
  ],
  "leading zeros count, those behind the point of a number do not": [
    ["007", ["007.", "“007”"], ["7", "07", "0007"]],
    ["0042", [], ["42", "042"]],
    ["02139", ["02139"], ["2139"]],
    ["7", ["7.0"], ["007", "07"]],
    ["0", ["0.0", "zero"], ["00", "000"]],
    ["0.5", [".5", "0.50"], ["00.5", "5"]],
    ["Python 3.10", ["python 3.10"], ["Python 3.1"]],
    ["12:05", [], ["12:5"]],
  ],
  "quotes, stops and question marks of all scripts do not": [
    ["Wien", ["„Wien“", "‚Wien‘", "«Wien»", "» Wien «", "‹Wien›", "“Wien.”", "'Wien'"], ["Wie", "Wien Graz"]],
    [
      "京都",
      ["京都。", "「京都」", "『京都』", "《京都》。", "〈京都〉", "京都？", "京都．", "〝京都〟"],
      ["東京。", "京"],
    ],
    ["القاهرة", ["القاهرة؟", "القاهرة۔", "«القاهرة»", "القاهرة،", "القاهرة؛"], ["الجيزة؟"]],
    ["दिल्ली", ["दिल्ली।", "दिल्ली॥", "“दिल्ली”"], ["मुंबई।"]],
    ["Երևան", ["Երևան։", "«Երևան»"], ["Գյումրի։"]],
    ["Αθήνα", ["Αθήνα;", "«Αθήνα»."], ["Σπάρτη"]],
    ["አዲስ አበባ", ["አዲስ አበባ።"], ["አዲስ"]],
    ["C++", ["“C++”."], ["C"]],
    ["U.S.", ["US", "U.S", "“U.S.”"], ["U", "U, S", "USA"]],
    ["J.R.R. Tolkien", ["JRR Tolkien"], ["J. Tolkien"]],
    ["3.14", ["3.14。"], ["314", "3。1"]],
  ],
  "characters that cannot be seen do not": [
    [
      "Madrid",
      ["Mad\u00adrid", "\ufeffMadrid", "Madrid\u200b", "Ma\u200cdrid", "\u200eMadrid\u200f", "\u2066Madrid\u2069"],
      [],
    ],
    [
      "Madrid",
      ["\u202aMadrid\u202c", "Mad\u2060rid", "\u061cMadrid", "M\ufe0fadrid", "Mad\u034frid"],
      ["Mad\u200brad"],
    ],
    ["New York", ["New\u00a0York", "New\u2009York", "New \u200bYork"], ["New\u200bYork", "NewYork"]],
    ["12", ["1\u200b2"], ["1 2", "1\u00a02"]],
  ],
  "numbers may be in words, or half in words": [
    [
      "100",
      ["a hundred", "one hundred", "A hundred", "1 hundred"],
      ["hundred and one", "200", "10", "a hundred and one"],
    ],
    ["3,000,000", ["3 million", "three million", "3.0 million", "3000 thousand"], ["3", "3 billion", "30 million"]],
    ["2,500,000 people", ["2.5 million people", "two million five hundred thousand people"], ["2.5 people"]],
    ["1 million", ["a million", "1,000,000"], ["million"]],
    ["105", ["a hundred and five", "a hundred five"], ["100 and 5", "100"]],
    ["1900", ["19 hundred", "nineteen hundred"], ["19", "119"]],
    ["$3,000,000", ["$3 million", "$3000000"], ["3 million", "€3 million"]],
    ["1.25 trillion", ["1250 billion", "1,250,000,000,000"], ["1.25 billion"]],
    ["1,234,567", ["1.234567 million"], ["1.234568 million"]],
    ["a hundred dogs", ["100 dogs"], ["dogs"]],
    ["007 million", [], ["7 million", "7000000"]],
    ["2 and 3 million", [], ["5 million", "3000002"]],
  ],
  "percent is a sign, a word, or two": [
    ["60%", ["60 %", "60 percent", "60 per cent", "60 pct", "sixty percent", "６０％", "60\\%", "60.0 %", "60٪"], []],
    ["60%", [], ["60", "0.6", "60 percentage points", "60 percent points", "6%", "-60%"]],
    ["2.5 percent", ["2.5%", "2.50 %"], ["2.5", "25%"]],
    ["1,000%", ["1000 %"], ["1,000"]],
    ["a hundred percent", ["100%"], ["100"]],
  ],
  "raised and lowered characters stay so": [
    ["2ˣ", ["2^x"], ["2x", "x2"]],
    ["1012", [], ["101₂", "10¹²"]],
    ["101₂", ["101_2"], ["1012", "101"]],
    ["5½", ["5 1/2", "5 ½"], ["51/2", "5.2", "11/2"]],
    ["51/2", [], ["5½"]],
    ["10⁶", ["10^6"], ["106"]],
    ["23", [], ["2³", "2₃"]],
    ["H₂O", ["H2O"], ["H²O"]],
    ["xₙ", ["x_n"], ["xn"]],
    ["log₂8", ["log₂8"], ["log28", "log₂₈", "log8"]],
    ["log₂ 8", ["log2 8"], ["log28", "log₂8 9"]],
    ["101₂ + 1", ["101_2 + 1"], ["1012 + 1", "101₂₁"]],
    ["a¹²", ["a^12"], ["a12", "a₁₂", "a^1^2x"]],
    ["1ˢᵗ", ["1st"], []],
  ],
  "a dress around the whole does not": [
    [
      "Oslo",
      [
        "\\textbf{Oslo}",
        "\\mathrm{Oslo}",
        "$Oslo$",
        "\\(Oslo\\)",
        "**Oslo**.",
        "__Oslo__",
        "`Oslo`",
        "\\text{\\textbf{Oslo}}",
      ],
      [],
    ],
    ["Oslo", [], ["\\textbf{Rome}", "$Oslo$ or $Rome$", "not Oslo", "Oslo?Rome", "**Oslo** **Rome**"]],
  ],
};

describe.each(Object.entries(kinds))("QA: %s", (_, rows) => {
  it.each(rows)("%s", (gold, right, wrong) => {
    expect([gold, ...right].filter((answer) => score(answer, gold) !== 1)).toEqual([]);
    expect(right.filter((answer) => score(gold, answer) !== 1)).toEqual([]);
    expect(wrong.filter((answer) => score(answer, gold) !== 0)).toEqual([]);
    expect(wrong.filter((answer) => score(gold, answer) !== 0)).toEqual([]);
  });
});

describe("QA by letter in ordinary dress", () => {
  const options = ["Lima", "Bern", "Cairo", "Quito"];
  const letter = (answer: string, answers = ["Cairo"], given: readonly string[] = options) =>
    scoreQa(answer, { kind: "qa", answers, options: given }, "letter").value;

  it.each([
    ..."C|c|C.|C,|C;|C:|C!|(C)|(C).|[C]|{C}|C)|Ｃ|Ｃ．|（Ｃ）|Ⓒ|⒞|【C】|「C」|C。|“C”".split("|"),
    ...[
      "\\textbf{(C)}",
      "\\text{C}",
      "\\text{(C)}",
      "\\mathrm{C}",
      "\\mathbf{C}.",
      "$C$",
      "\\(C\\)",
      "\\[C\\]",
      "$\\text{C}$",
    ],
    ..."C - Cairo|C – Cairo|C — Cairo|C-Cairo|C: Cairo|C) Cairo|(C) Cairo|C.Cairo|C、Cairo|C Cairo|C (Cairo)".split(
      "|",
    ),
    ..."**C**. Cairo|**C.** Cairo|**(C)** Cairo|**C. Cairo**|C. **Cairo**|`C`. Cairo|__C__|C. cairo.|C. “Cairo”".split(
      "|",
    ),
    ..."Answer: C|answer: (c)|Answer C|Option C|option (C)|Choice C|The answer is C.|The answer is: C|My answer is C".split(
      "|",
    ),
    ..."The correct answer is (C) Cairo.|The correct option is C|Final answer: C|**Answer:** C|Answer: **C**|So the answer is C.".split(
      "|",
    ),
    ...[
      "C is correct",
      "Option C is the correct answer.",
      "\\textbf{C. Cairo}",
      "\\textbf{C}. \\text{Cairo}",
      "C\u200b",
      "\ufeffC.",
    ],
    ...[
      "\\texttt{C}",
      "\\underline{C}",
      "{\\bf C}",
      "\\bf{C}",
      "{\\bf (C)} Cairo",
      "<b>C</b>",
      "<strong>C.</strong> Cairo",
    ],
    ..."# C|### Answer: C|> C. Cairo|- C|• C. Cairo|- **C** Cairo|*C* – Cairo|C = Cairo|C → Cairo|C -> Cairo".split(
      "|",
    ),
  ])("%s is right", (answer) => {
    expect(letter(answer)).toBe(1);
  });

  it.each([
    ..."A|B|D|Z|E|Cairo|Lima|CC|AC|ABCD|Because|Cairo (C)|C?|?|3|".split("|"),
    ..."C - Lima|C. Lima|C: Bern|(C) Quito|C、Bern|A - Cairo|A. Cairo|**A**. Cairo|Answer: A|The answer is B.".split(
      "|",
    ),
    ..."B or C|C or B|C and B|B, C|C, D|C/D|not C|Not C.|The answer is not C|The answer isn't C|anything but C".split(
      "|",
    ),
    ..."C. no wait, B|A. no wait, C|C, no, B|C is wrong|C is not correct|Option C is incorrect|C because|C Cairo Lima".split(
      "|",
    ),
    ..."(C) (B)|答案不是C|Ans: B or C|C, (B)|Between B and C|Answer: B or C|C B|C D|C. Cairo or B. Bern|С|\\textbf{(B)}|$A$|\\text{A}|C (not B)|all of them".split(
      "|",
    ),
    ..."~~C~~|~~C~~ B|### B|> C. Lima|- C or B|*B* – Cairo|C → Lima|C -> B|<b>B</b>|{\\bf B}|<s>C</s>|\\sout{C}|not *C*".split(
      "|",
    ),
  ])("%s is wrong", (answer) => {
    expect(letter(answer)).toBe(0);
  });

  it("takes an accepted answer in the same dress, and one that fits two options for none", () => {
    for (const gold of ["C", "(C)", "C. Cairo", "Ｃ", "cairo", "Cairo."]) expect(letter("C", [gold])).toBe(1);
    for (const gold of ["C", "(C)", "C. Cairo", "cairo"]) expect(letter("B", [gold])).toBe(0);
    expect(letter("A", ["Two"], ["2", "two ", "3"])).toBe(null);
    expect(letter("B", ["two"], ["2", "two", "3"])).toBe(1);
    expect(letter("A", ["two"], ["2", "two", "3"])).toBe(0);
  });

  it("does not read the marks of a list off an option's own text", () => {
    expect(letter("C. 5", ["> 5"], ["1", "5", "> 5", "- 5"])).toBe(0);
    expect(letter("C. > 5", ["> 5"], ["1", "5", "> 5", "- 5"])).toBe(1);
  });

  it("wants all letters of an answer of several, in any order, and no other", () => {
    for (const answer of ["A, C", "C and A", "(A), (C)", "AC", "Answer: A, C", "**A, C**"]) {
      expect(letter(answer, ["A, C"])).toBe(1);
    }
    for (const answer of ["A", "C", "A, B", "A, B, C", "A, C, C", "A or C", "ABC", "A, E"]) {
      expect(letter(answer, ["A, C"])).toBe(0);
    }
  });

  it("does not take a second letter for the text of an option that is a letter", () => {
    const letters = ["X", "A", "C", "D"];
    expect(letter("B", ["A"], letters)).toBe(1);
    expect(letter("B, A", ["A"], letters)).toBe(0);
    expect(letter("B A", ["A"], letters)).toBe(0);
  });
});

describe("hostile QA answers", () => {
  const units = [
    "\u00ad\u200b",
    "«",
    "「『",
    "。",
    "a ",
    "the ",
    "a, ",
    "A and ",
    "A,",
    "1 million ",
    "a hundred ",
    "two hundred and ",
    "60 per cent ",
    "\\textbf{",
    "\\text{a}",
    "$",
    "**",
    "Answer: ",
    "option ",
    "(",
    "0",
    "٪",
    "²",
    "₂",
    "½",
    "ˣ₂",
  ];
  it.each(units)("of %j are answered in milliseconds", (unit) => {
    const options = ["Lima", "Bern"];
    const began = performance.now();
    for (const size of [100_000, 4096]) {
      const answer = unit.repeat(Math.floor(size / unit.length));
      scoreQa(answer, { kind: "qa", answers: ["x", answer] }, "open");
      scoreQa(answer, { kind: "qa", answers: ["Lima"], options }, "letter");
    }
    expect(performance.now() - began).toBeLessThan(2500);
  });
});
