import { describe, expect, it } from "vitest";
import { defineTask } from "../../../src/tasks/index.js";
import { noReward } from "./fixtures.js";

const words = Array.from({ length: 100 }, (_, index) => ({ question: `Reverse ${index}`, data: String(index) }));

describe("defineTask", () => {
  it("splits items in memory, the same on every load, with the item's data as gold", async () => {
    const task = defineTask({ id: "reverse", items: words, reward: noReward, system: "Be brief." });
    const splits = await task.load();
    expect(await task.load()).toEqual(splits);
    expect(splits.train.length + splits.validation.length + splits.test.length).toBe(100);
    const [first] = splits.train;
    expect(first?.messages[0]).toEqual({ role: "system", content: "Be brief." });
    expect(first?.gold.kind).toBe("custom");
    expect(task).toMatchObject({ id: "reverse", family: "reverse", settings: { klBeta: 0 } });
    expect("rollout" in task).toBe(false);
  });

  it("takes splits as given, items from a function, and a rollout of its own", async () => {
    const [a, b, ...rest] = words;
    if (!a || !b) throw new Error("no words");
    const given = defineTask({ id: "t", items: { train: rest, validation: [a], test: [b] }, reward: noReward });
    expect((await given.load()).test[0]?.question).toBe("Reverse 1");
    let played = 0;
    const task = defineTask({
      id: "t",
      items: async () => rest,
      reward: noReward,
      rollout: async () => {
        played += 1;
      },
    });
    const [item] = (await task.load()).train;
    if (!item) throw new Error("no item");
    await task.rollout?.(item, {
      signal: new AbortController().signal,
      member: 0,
      generate: async () => ({ text: "", finishReason: "stop" }),
    });
    expect(played).toBe(1);
  });

  it("refuses a bad id, an item without a question, one id twice, and nothing to train on", async () => {
    const make = (items: readonly { question: string; id?: string }[]) =>
      defineTask({ id: "t", items, reward: noReward }).load();
    expect(() => defineTask({ id: "a b", items: [], reward: noReward })).toThrow(/task id "a b"/);
    await expect(make([{ question: " " }])).rejects.toThrow(/task "t": an item has no question/);
    await expect(
      make([
        { question: "a", id: "x" },
        { question: "b", id: "x" },
      ]),
    ).rejects.toThrow(/two items have the id "x"/);
    await expect(make([])).rejects.toThrow(/no item to train on/);
  });
});
