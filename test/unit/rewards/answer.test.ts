import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerOf, extractAnswer, TAGS } from "../../../src/rewards/answer.js";
import { formatComponent, formatScore, tagsScore } from "../../../src/rewards/format.js";
import { scored, tagged } from "./scored.js";

const text = (response: string, options = {}) => {
  const answer = extractAnswer(response, options);
  return answer.kind === "answer" ? answer.text : null;
};

describe("the answer is the one answer block after </think>", () => {
  it.each([
    ["plain", "<think>x</think><answer>42</answer>", "42"],
    ["blanks around it are trimmed", "<think>x</think>\n<answer>\n 42 \n</answer>\n", "42"],
    ["text outside the blocks is allowed", "Hm. <think>x</think> so <answer>42</answer> done", "42"],
    ["no <think> is needed to find it", "x</think><answer>42</answer>", "42"],
    ["a block inside the thinking is no answer", "<think><answer>1</answer></think><answer>2</answer>", "2"],
    ["nothing after </think>", "<think><answer>1</answer></think>", null],
    ["no </think>", "<think>x<answer>42</answer>", null],
    ["no tags", "42", null],
    ["two blocks", "</think><answer>1</answer><answer>1</answer>", null],
    ["nested", "</think><answer><answer>1</answer></answer>", null],
    ["not closed", "</think><answer>42", null],
    ["closed before it opens", "</think></answer><answer>42", null],
    ["closed twice", "</think><answer>42</answer></answer>", null],
    ["empty", "</think><answer> \n\t</answer>", null],
    ["invisible", "</think><answer>\u200b\ufeff\u0000</answer>", null],
    ["tags are case-sensitive", "</think><ANSWER>42</ANSWER>", null],
    ["boxed is unwrapped", "</think><answer>It is \\boxed{\\frac{1}{2}}.</answer>", "\\frac{1}{2}"],
    ["boxed twice in itself", "</think><answer>\\boxed{\\boxed{3}}</answer>", "3"],
    ["the same box twice", "</think><answer>\\boxed{3}, \\boxed{3}</answer>", "3"],
    [
      "boxes that disagree are not unwrapped",
      "</think><answer>\\boxed{3} \\boxed{4}</answer>",
      "\\boxed{3} \\boxed{4}",
    ],
    ["a blank before the brace", "</think><answer>\\boxed {-4}</answer>", "-4"],
    ["a box without braces", "</think><answer>So $\\boxed 12$.</answer>", "12"],
    ["a command in a box without braces", "</think><answer>$\\boxed\\frac25$</answer>", "\\frac25"],
    ["a box around the beginning alone is text", "</think><answer>\\boxed y - 1</answer>", "\\boxed y - 1"],
    ["the word boxed opens no box", "</think><answer>\\boxed{9}, as \\boxed says</answer>", "9"],
    ["another command opens no box", "</think><answer>\\boxedminus{3}</answer>", "\\boxedminus{3}"],
    ["an unclosed box is text", "</think><answer>\\boxed{3</answer>", "\\boxed{3"],
    ["an empty box is no answer", "</think><answer>\\boxed{ }</answer>", null],
    ["a box outside the block is not looked at", "</think>\\boxed{3}", null],
  ])("%s", (_, response, expected) => {
    expect(text(response)).toBe(expected);
  });

  it("takes the last box after the thinking when so configured", () => {
    const options = { boxedOutside: true };
    expect(text("<think>\\boxed{1}</think> So \\boxed{2}.", options)).toBe("2");
    expect(text("So \\boxed{2}.", options)).toBe("2");
    expect(text("</think>\\boxed{2}<answer>3</answer>", options)).toBe("3");
    expect(text("<think>\\boxed{1}</think> none", options)).toBe(null);
  });

  describe("takes no box of a think block that is not closed", () => {
    const boxed = (response: string, last?: { role: "user" | "assistant"; content: string }, truncated = false) => {
      const messages = [{ role: "user" as const, content: "Q?" }, ...(last ? [last] : [])];
      const input = { ...scored({ kind: "none", reason: "-" }, response, { messages }), truncated };
      const answer = answerOf(input, { boxedOutside: true });
      return answer.kind === "answer" ? answer.text : null;
    };
    const prefill = { role: "assistant" as const, content: "<think>\n" };
    const opening = { role: "user" as const, content: "Q? Assistant: <think>\n" };

    it.each([
      ["one that it opens", "<think>perhaps \\boxed{7}, or", undefined],
      ["one before which stands a box", "\\boxed{7} <think>but no", undefined],
      ["a second one", "<think>a</think> hm <think>\\boxed{7}", undefined],
      ["one after its own box", "<think>a</think>\\boxed{7}<think>wait", undefined],
      ["one in capitals", "<THINK>\\boxed{7}", undefined],
      ["one by another name", "<thinking>\\boxed{7}", undefined],
      ["one in square brackets", "[THINK]\\boxed{7}", undefined],
      ["one that the template prefilled", "so \\boxed{7} or", prefill],
      ["one that the template prefilled with its beginning", "\\boxed{7}", { ...prefill, content: "<think>Well," }],
      ["one that the prompt opens", "so \\boxed{7} or", opening],
      ["an inner one", "<think><think>\\boxed{7}</think><think>", prefill],
    ] as const)("%s", (_, response, last) => {
      expect(boxed(response, last)).toBe(null);
    });

    it("nor of a response without tags that was cut, since a chat template may have opened one", () => {
      expect(boxed("so \\boxed{7} or", undefined, true)).toBe(null);
      expect(boxed("hm</think> \\boxed{7} and more", undefined, true)).toBe("7");
    });

    it.each([
      ["<think>\\boxed{1}</think>\\boxed{7}", undefined],
      ["\\boxed{1}</think>\\boxed{7}", prefill],
      ["\\boxed{1}</think>\\boxed{7}", opening],
      ["<think>a</think>\\boxed{7}<think>\\boxed{1}</think>", undefined],
      ["</think>\\boxed{7}</think>", undefined],
      ["\\boxed{7}", { role: "user" as const, content: "Think in <think> and </think>, then answer." }],
    ] as const)("%s has an answer outside", (response, last) => {
      expect(boxed(response, last)).toBe("7");
    });

    it("in linear time", () => {
      const began = performance.now();
      for (const unit of ["<think>", "</think>", "<think></think>", "<", "[think", "\\boxed{"])
        boxed(unit.repeat(20_000));
      expect(performance.now() - began).toBeLessThan(500);
    });
  });

  it("is the response itself when raw", () => {
    expect(text(" \\boxed{5} ", { raw: true })).toBe("5");
    expect(text(" \n", { raw: true })).toBe(null);
  });
});

describe("format and tags", () => {
  it.each([
    ["well formed", tagged("1"), 1, 1],
    ["text outside", `a ${tagged("1")} b`, 1, 1],
    ["an empty think block is still there", "<think></think><answer>1</answer>", 1, 1],
    ["empty answer", "<think>x</think><answer> </answer>", 0, 1],
    ["wrong order", "<answer>1</answer><think>x</think>", 0, 1],
    ["nested", "<think><answer>1</answer></think>", 0, 1],
    ["crossed", "<think><answer></think>1</answer>", 0, 1],
    ["not closed", "<think>x</think><answer>1", 0, 0.75],
    ["a tag twice", "<think>x</think><answer>1</answer></answer>", 0, 0.75],
    ["answer only", "<answer>1</answer>", 0, 0.5],
    ["nothing", "42", 0, 0],
  ])("%s", (_, response, format, tags) => {
    expect(formatScore(response)).toBe(format);
    expect(tagsScore(response)).toBe(tags);
  });

  it("counts what the template prefilled as present", async () => {
    const messages = [
      { role: "user" as const, content: "Q?" },
      { role: "assistant" as const, content: "<think>" },
    ];
    const input = scored({ kind: "none", reason: "-" }, "x</think><answer>1</answer>", { messages });
    expect((await formatComponent.score(input, {})).value).toBe(1);
    expect(answerOf(input)).toEqual({ kind: "answer", text: "1" });
  });

  it("agrees with a brute-force count on any sequence of tags", () => {
    const piece = fc.constantFrom<string>(...TAGS, "x", " ", "<", "/think>", "<answer");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const response = pieces.join("");
        const count = (tag: string) => response.split(tag).length - 1;
        expect(tagsScore(response)).toBe(TAGS.filter((tag) => count(tag) === 1).length / 4);
        const shape = /^(.*)<think>(.*)<\/think>(.*)<answer>(.*)<\/answer>(.*)$/s.exec(response);
        const formed = TAGS.every((tag) => count(tag) === 1) && shape !== null && shape[4]?.trim() !== "";
        expect(formatScore(response)).toBe(formed ? 1 : 0);
        if (formed) expect(text(response)).toBe(shape?.[4]?.trim());
      }),
      { numRuns: 2000 },
    );
  });
});
