import type { Item } from "../core/index.js";
import type { Group } from "../grpo/index.js";
import { answerOf } from "../rewards/index.js";
import type { TaskEvaluation } from "../telemetry/index.js";
import { type Interval, interval, itemInterval } from "./interval.js";
import { passAtK, toldKs } from "./pass-at-k.js";
import { setSimilarity } from "./rouge-l.js";
import { byTask, taskStatistics } from "./statistics.js";

/**
 * Held-out results of each task with 95 % intervals over its items. An item counts once, with the mean over those of its
 * samples that could be scored; one without any is left out.
 * @param items those that were asked, for categories and references
 */
export function evaluationByTask(
  groups: readonly Group[],
  items: readonly Item[] = [],
): Record<string, TaskEvaluation> {
  const known = new Map(items.map((item) => [`${item.taskId}/${item.id}`, item]));
  const itemOf = (group: Group) => known.get(`${group.taskId}/${group.itemId}`);
  return Object.fromEntries(byTask(groups).map(([taskId, ours]) => [taskId, taskEvaluation(ours, itemOf)]));
}

type ItemOf = (group: Group) => Item | undefined;

function taskEvaluation(groups: readonly Group[], itemOf: ItemOf): TaskEvaluation {
  const primary = groups[0]?.members[0]?.reward.primary ?? "";
  const samples = Math.max(0, ...groups.map((group) => group.members.length));
  const names = [...new Set(groups.flatMap((group) => group.members.flatMap((m) => Object.keys(m.reward.components))))];
  const intervals = names.map((name) => {
    const means = groups.flatMap((group) => itemMean(group, name) ?? []);
    return [name, name === primary ? itemInterval(means) : interval(means)] as const;
  });
  return {
    ...taskStatistics(groups),
    primary,
    samples,
    intervals: Object.fromEntries(intervals),
    ...passRates(groups, primary, samples),
    ...categoryMeans(groups, primary, itemOf),
    ...referenceSimilarity(groups, itemOf),
  };
}

function defined(group: Group, component: string): readonly number[] {
  return group.members.flatMap(({ reward }) => reward.components[component]?.value ?? []);
}

function itemMean(group: Group, component: string): number | undefined {
  const values = defined(group, component);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Items of which not all samples could be scored take part as far as their scored samples reach. */
function passRates(groups: readonly Group[], primary: string, samples: number): Pick<TaskEvaluation, "passAtK"> {
  const outcomes = groups.map((group) => defined(group, primary));
  if (samples < 2 || outcomes.flat().some((value) => value !== 0 && value !== 1)) return {};
  const rates = toldKs(samples).map((k) => {
    const enough = outcomes.filter((values) => values.length >= k);
    const right = (values: readonly number[]) => values.filter((value) => value === 1).length;
    return [String(k), itemInterval(enough.map((values) => passAtK(values.length, right(values), k)))] as const;
  });
  return { passAtK: Object.fromEntries(rates) };
}

function categoryMeans(groups: readonly Group[], primary: string, itemOf: ItemOf): Pick<TaskEvaluation, "categories"> {
  const means = new Map<string, number[]>();
  for (const group of groups) {
    const category = itemOf(group)?.category;
    const mean = itemMean(group, primary);
    if (category === undefined || mean === undefined) continue;
    means.set(category, [...(means.get(category) ?? []), mean]);
  }
  if (means.size === 0) return {};
  const sorted = [...means].sort(([a], [b]) => (a < b ? -1 : 1));
  const intervals: [string, Interval][] = sorted.map(([category, values]) => [category, itemInterval(values)]);
  return { categories: Object.fromEntries(intervals) };
}

function referenceSimilarity(groups: readonly Group[], itemOf: ItemOf): Pick<TaskEvaluation, "similarity"> {
  const conversations = groups.flatMap((group) => {
    const item = itemOf(group);
    const gold = item?.gold;
    if (item === undefined || gold?.kind !== "writing") return [];
    return group.members.map(({ rollout }) => {
      const answer = answerOf({ item, response: rollout.text, truncated: false, seed: 0 }, { unwrapBoxed: false });
      return [{ text: answer.kind === "answer" ? answer.text : "", reference: gold.reference }];
    });
  });
  const similarity = setSimilarity(conversations);
  return similarity === null ? {} : { similarity };
}
