import { trainedTokens } from "../core/index.js";
import { type Group, groupAdvantages } from "../grpo/index.js";
import type { TaskStatistics } from "../telemetry/index.js";
import { watchMeasures } from "./reward-watch.js";

/** Statistics of each task over its groups; undefined components are left out, never counted as 0. */
export function statisticsByTask(groups: readonly Group[]): Record<string, TaskStatistics> {
  return Object.fromEntries(byTask(groups).map(([taskId, ours]) => [taskId, taskStatistics(ours)]));
}

/** Groups of each task, in order of appearance. */
export function byTask(groups: readonly Group[]): [string, Group[]][] {
  const tasks = new Map<string, Group[]>();
  for (const group of groups) tasks.set(group.taskId, [...(tasks.get(group.taskId) ?? []), group]);
  return [...tasks];
}

/** Statistics of one task's groups. */
export function taskStatistics(groups: readonly Group[]): TaskStatistics {
  const members = groups.flatMap((group) => group.members);
  const totals = members.flatMap(({ reward }) => reward.total ?? []);
  const lengths = members.map(({ rollout }) => trainedTokens(rollout));
  const signals = groups.map((group) => groupSignal(group));
  return {
    rollouts: members.length,
    scored: totals.length,
    reward: mean(totals),
    components: Object.fromEntries([...componentValues(groups)].map(([name, values]) => [name, mean(values)])),
    lengthMean: mean(lengths) ?? 0,
    lengthMax: Math.max(0, ...lengths),
    truncatedFraction: mean(members.map(({ rollout }) => (rollout.finishReason === "length" ? 1 : 0))) ?? 0,
    entropy: mean(members.map(({ rollout }) => rollout.meanEntropy)) ?? 0,
    groups: Object.fromEntries([...new Set(signals)].map((signal) => [signal, count(signals, signal)])),
    watch: watchMeasures(groups),
  };
}

function componentValues(groups: readonly Group[]): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const { reward } of groups.flatMap((group) => group.members)) {
    for (const [name, { value }] of Object.entries(reward.components)) {
      values.set(name, [...(values.get(name) ?? []), ...(value === null ? [] : [value])]);
    }
  }
  return values;
}

function groupSignal(group: Group): string {
  return groupAdvantages(
    group.members.map(({ reward }) => reward.total),
    group.members.map(({ reward }) => reward.components[reward.primary]?.value ?? null),
  ).signal;
}

const count = (list: readonly string[], one: string) => list.filter((entry) => entry === one).length;

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
