import { describe, expect, it } from "vitest";
import type { Item } from "../../../src/core/index.js";
import { taskOver } from "./fixtures.js";

const rows = Array.from({ length: 1600 }, (_, index) => ({
  question: `What is number ${index}?`,
  answer: `right ${index}`,
  distractors: Array.from({ length: 20 }, (_, wrong) => `wrong ${wrong} of ${index}`),
}));

function goldOf(item: Item | undefined) {
  if (item?.gold.kind !== "qa") throw new Error("no qa gold");
  return { ...item.gold, options: item.gold.options ?? [] };
}

describe("qa options", () => {
  it("hold the right one among 15 wrong ones, shown unlabelled, one a line", async () => {
    const [first] = (await (await taskOver(rows.slice(0, 1), { family: "qa" })).load()).train;
    const { options, answers } = goldOf(first);
    expect(options).toHaveLength(16);
    expect(options.filter((option) => answers.includes(option))).toHaveLength(1);
    expect(first?.messages.at(-1)?.content).toContain(`Options:\n${options.join("\n")}\n`);
  });

  it("say nothing by position: all 16 places are equally likely, for any seed", async () => {
    for (const seed of [0, 1]) {
      const { train } = await (await taskOver(rows, { family: "qa" }, { seed })).load();
      const counts = new Array<number>(16).fill(0);
      for (const item of train) {
        const { options, answers } = goldOf(item);
        const at = options.indexOf(answers[0] ?? "");
        counts[at] = (counts[at] ?? 0) + 1;
      }
      const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
      expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
    }
  });

  it("are the same on every load and change with the seed", async () => {
    const optionsAt = async (seed: number) =>
      goldOf((await (await taskOver(rows.slice(0, 1), { family: "qa" }, { seed })).load()).train[0]).options;
    expect(await optionsAt(3)).toEqual(await optionsAt(3));
    expect(await optionsAt(3)).not.toEqual(await optionsAt(4));
  });

  it("leave out what a reader could not tell from the right one", async () => {
    const row = { question: "q?", answer: "The cat", distractors: ["cat.", "the  CAT", "dog", "Dog", "cow"] };
    const [item] = (await (await taskOver([row], { family: "qa" })).load()).train;
    expect([...goldOf(item).options].sort()).toEqual(["The cat", "cow", "dog"]);
  });

  it("are lettered in style letter, absent in style open, and missed in a style that needs them", async () => {
    const row = { question: "q?", choices: ["x", "y"], key: 1 };
    const fields = { options: "choices", answerIndex: "key" };
    const [lettered] = (await (await taskOver([row], { family: "qa", fields, style: "letter" })).load()).train;
    const { options } = goldOf(lettered);
    expect(lettered?.messages.at(-1)?.content).toContain(`A. ${options[0]}\nB. ${options[1]}`);
    expect(goldOf(lettered).answers).toEqual(["y"]);
    const [open] = (await (await taskOver([row], { family: "qa", fields, style: "open" })).load()).train;
    expect(open?.messages.at(-1)?.content).toBe("q?");
    const bare = await taskOver([{ question: "q?", answer: "y" }], { family: "qa", style: "full-text" });
    await expect(bare.load()).rejects.toThrow(/rows\.jsonl:1: style "full-text" needs options/);
    await expect(
      taskOver([row], { family: "qa", fields, style: "letter", prompt: { template: "{question}" } }),
    ).rejects.toThrow(/lacks \{options\}/);
  });

  it("are read from labels, with a broken label breaking only the gold", async () => {
    const row = (key: string, question: string) => ({
      question,
      choices: { text: ["x", "y"], label: ["1", "2"] },
      key,
    });
    const fields = { options: "choices.text", labels: "choices.label", answerLabel: "key" };
    const { train } = await (await taskOver([row("2", "a?"), row("9", "b?")], { family: "qa", fields })).load();
    expect(goldOf(train[0]).answers).toEqual(["y"]);
    expect(train[1]?.gold).toEqual({ kind: "none", reason: 'label "9" is none of 1, 2' });
  });
});
