import { appendFileSync } from "node:fs";
import { type Item, type Rollout, trainedTokens } from "../core/index.js";
import type { JournalPage } from "../store/index.js";

/**
 * Writes every response of an evaluation, one JSON object a line in the order of items and members: what was asked, what
 * came, how it was scored and why.
 */
export function writeResponses(path: string, items: readonly Item[], page: JournalPage): number {
  const byItem = new Map<string, Rollout[]>();
  for (const rollout of page.rollouts.values()) {
    const key = `${rollout.taskId}/${rollout.itemId}`;
    byItem.set(key, [...(byItem.get(key) ?? []), rollout]);
  }
  const lines = items.flatMap((item) => {
    const members = byItem.get(`${item.taskId}/${item.id}`) ?? [];
    return members.sort((a, b) => a.member - b.member).map((rollout) => lineOf(item, rollout, page));
  });
  appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return lines.length;
}

function lineOf(item: Item, rollout: Rollout, page: JournalPage) {
  const reward = page.rewards.get(rollout.id);
  return {
    task: item.taskId,
    item: item.id,
    ...(item.category === undefined ? {} : { category: item.category }),
    member: rollout.member,
    question: item.question,
    response: rollout.text,
    finishReason: rollout.finishReason,
    tokens: trainedTokens(rollout),
    entropy: rollout.meanEntropy,
    total: reward?.total ?? null,
    components: reward?.components ?? {},
  };
}
