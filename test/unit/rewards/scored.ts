import type { Gold, Item } from "../../../src/core/index.js";
import type { Scored } from "../../../src/rewards/reward.js";

/** A response in the tags that tasks ask for. */
export function tagged(answer: string, think = "Let me see."): string {
  return `<think>${think}</think>\n<answer>${answer}</answer>`;
}

/** What a reward sees of `response` on an item with this gold. */
export function scored(gold: Gold, response: string, overrides: Partial<Item> = {}): Scored {
  const item: Item = {
    id: "i1",
    taskId: "t",
    question: "Q?",
    messages: [{ role: "user", content: "Q?" }],
    gold,
    ...overrides,
  };
  return { item, response, truncated: false, seed: 7 };
}

/** A promise that is opened from outside. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
