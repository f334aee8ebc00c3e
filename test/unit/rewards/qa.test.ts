import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseAnswer } from "../../../src/rewards/qa/normalise.js";
import { qaComponent, scoreQa } from "../../../src/rewards/qa/qa.js";
import { scored, tagged } from "./scored.js";

const score = (answer: string, answers: readonly string[], options?: readonly string[]) =>
  scoreQa(answer, { kind: "qa", answers, ...(options ? { options } : {}) }).value;

describe("QA by text", () => {
  it.each([
    ["case", "paris", "Paris"],
    ["a leading article", "The Eiffel Tower", "eiffel tower"],
    ["a full stop", "Paris.", "Paris"],
    ["quotes", "“Paris”", "Paris"],
    ["emphasis", "**Paris**", "Paris"],
    ["blanks", " New \n York ", "New York"],
    ["a hyphen", "well-known", "well known"],
    ["full-width letters", "Ｐａｒｉｓ", "Paris"],
    ["separators in numbers", "1,000 km", "1000 km"],
    ["decimals", "5.0", "5"],
    ["number words", "two apples", "2 apples"],
    ["compound number words", "twenty-one pilots", "21 pilots"],
    ["hundreds in words", "one hundred and five", "105"],
    ["round hundreds in words", "Nine Hundred", "900"],
    ["thousands in words", "one thousand", "1,000"],
    ["numbers of several scales in words", "Two million, three thousand and five people", "2003005 people"],
    ["a power written high", "10⁻⁶ m²", "10^-6 m^2"],
    ["a number written low", "H₂O", "H2O"],
    ["sharp s", "STRASSE", "Straße"],
    ["a final sigma", "ΣΑΣ", "σας"],
    ["a dotted capital I", "İstanbul", "istanbul"],
    ["Arabic-Indic digits", "٢٥", "25"],
    ["Arabic-Indic separators", "١٬٠٠٠٫٥", "1000.5"],
    ["Persian digits", "۱۹۸۴", "1984"],
    ["Devanagari digits", "०५ kg", "05 kg"],
    ["a fraction of one character", "½", "1/2"],
    ["a curly apostrophe", "O’Brien", "O'Brien"],
    ["a missing apostrophe", "OBrien", "O'Brien"],
    ["a possessive's apostrophe", "Halleys Comet", "Halley’s comet"],
    ["brackets around a letter", "(a)", "A"],
    ["square brackets around a letter", "[B]", "b"],
  ])("%s does not matter", (_, answer, gold) => {
    expect(score(answer, [gold])).toBe(1);
  });

  it.each([
    ["another word", "London", "Paris"],
    ["more than the answer", "Paris or London", "Paris"],
    ["the answer in a sentence", "The answer is Paris", "Paris"],
    ["a sign", "-5", "5"],
    ["a percent sign", "5%", "5"],
    ["a factorial", "5!", "5"],
    ["a decimal point", "3.14", "314"],
    ["a power of ten", "106", "10⁶"],
    ["a power of a letter", "x2", "x²"],
    ["numbers of rising scale in words", "one thousand two million", "2001000"],
    ["C++ and C", "C++", "C"],
    ["x+1 and x-1", "x+1", "x-1"],
    ["vitamin A and vitamin", "vitamin A", "vitamin"],
    ["nothing", "...", "Paris"],
    ["an accent", "cafe", "café"],
    ["a year in two words", "nineteen eighty-four", "1984"],
    ["feet and inches", "5'10", "510"],
    ["brackets around more", "(2, 3)", "2, 3"],
    ["another punctuation mark", "!", "?"],
  ])("%s matters", (_, answer, gold) => {
    expect(score(answer, [gold])).toBe(0);
  });

  it("blames an answer that is too long to read, not the response, where the item accepts no other", () => {
    const long = "Paris ".repeat(1000);
    expect(score(long, [long])).toBe(null);
    expect(score(long, [long, "Paris"])).toBe(0);
    expect(score("Paris", [long, "Paris"])).toBe(1);
  });

  it("accepts any of several answers", () => {
    expect(score("UK", ["United Kingdom", "UK", "Great Britain"])).toBe(1);
    expect(score("France", ["United Kingdom", "UK"])).toBe(0);
  });

  it("does not let normalising blur the truth into a distractor", () => {
    const options = ["the two", "2", "3"];
    expect(score("2", ["2"], options)).toBe(1);
    expect(score("the two", ["2"], options)).toBe(0);
    expect(score("two", ["2"], options)).toBe(0);
    expect(score("new york", ["New  York"], ["New York", "Boston"])).toBe(1);
  });

  it("takes an answer that is nothing but punctuation for what it is", () => {
    expect(score("?", ["?"])).toBe(1);
    expect(score("Paris", ["?"])).toBe(0);
    expect(score("...", ["…"])).toBe(1);
  });

  it("is null without an accepted answer, 0 without an answer", async () => {
    expect(score("x", [])).toBe(null);
    expect(score("x", [" "])).toBe(null);
    const component = qaComponent();
    expect(await component.score(scored({ kind: "qa", answers: ["x"] }, "x"), {})).toMatchObject({ value: 0 });
    expect(await component.score(scored({ kind: "qa", answers: [] }, "x"), {})).toMatchObject({ value: null });
    expect(await component.score(scored({ kind: "qa", answers: ["x"] }, tagged("X.")), {})).toMatchObject({ value: 1 });
    expect(await component.score(scored({ kind: "none", reason: "gone" }, "x"), {})).toEqual({
      value: null,
      reason: "gone",
    });
  });

  it("normalising is idempotent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const once = normaliseAnswer(text);
        expect(normaliseAnswer(once).length).toBeLessThanOrEqual(once.length + 4);
        expect(score(text, [text])).toBe(once === "" ? null : 1);
      }),
      { numRuns: 1000 },
    );
  });

  it("hostile answers cost milliseconds", () => {
    const began = performance.now();
    for (const unit of ["-", "a-", "1,", "\\text{", "'\"", " ", "\ud800", "((("])
      score(unit.repeat(100_000 / unit.length), ["x"]);
    for (const unit of ["-", "a-", "111,", "'\"", "\\text{", "`"]) score(unit.repeat(4096 / unit.length), ["x"]);
    expect(performance.now() - began).toBeLessThan(250);
  });
});

describe("QA by letter", () => {
  const options = ["Rome", "Paris", "A", "Oslo"];
  const letter = (answer: string, answers = ["Paris"]) =>
    scoreQa(answer, { kind: "qa", answers, options }, "letter").value;

  it.each([
    "B",
    "b",
    "(B)",
    "B.",
    "B)",
    "B: Paris",
    "(B) paris",
    "B. Paris",
    "**B**",
    "`B`",
    "\\text{B}",
    "Ｂ",
    "(b)",
    "(b).",
    "[b]",
    "[B] Paris",
  ])("%s is right", (answer) => {
    expect(letter(answer)).toBe(1);
  });

  it.each(["A", "C", "Z", "B or C", "B. Rome", "Paris", "AB", "Because", "", "B C"])("%s is wrong", (answer) => {
    expect(letter(answer)).toBe(0);
  });

  it("understands a gold that is a letter, unless it is an option's text", () => {
    expect(letter("B", ["B"])).toBe(1);
    expect(letter("C", ["A"])).toBe(1);
    expect(letter("A", ["A"])).toBe(0);
  });

  it("is null when no accepted answer is an option", () => {
    expect(letter("A", ["Berlin"])).toBe(null);
    expect(scoreQa("A", { kind: "qa", answers: ["Paris"] }, "letter").value).toBe(null);
  });
});
