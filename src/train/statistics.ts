import { trainedTokens } from "../core/index.js";
import { type Group, groupAdvantages } from "../grpo/index.js";
import type { TaskEvaluation, TaskStatistics } from "../telemetry/index.js";

/** Statistics of each task over its groups; undefined components are left out, never counted as 0. */
export function statisticsByTask(groups: readonly Group[]): Record<string, TaskStatistics> {
  return Object.fromEntries(byTask(groups).map(([taskId, ours]) => [taskId, taskStatistics(ours)]));
}

/** Held-out results of each task with 95 % intervals. */
export function evaluationByTask(groups: readonly Group[]): Record<string, TaskEvaluation> {
  return Object.fromEntries(
    byTask(groups).map(([taskId, ours]) => {
      const values = componentValues(ours);
      const intervals = Object.fromEntries([...values].map(([name, list]) => [name, interval(list)]));
      const primary = ours[0]?.members[0]?.reward.primary ?? "";
      return [taskId, { ...taskStatistics(ours), primary, intervals }];
    }),
  );
}

/** Mean of values in [0, 1] with a 95 % interval: Wilson's for 0/1 values, else the normal approximation; n = 0 gives 0 … 1. */
export function interval(values: readonly number[]): { mean: number; low: number; high: number; n: number } {
  const n = values.length;
  if (n === 0) return { mean: 0, low: 0, high: 1, n };
  const z = 1.959963984540054;
  const average = mean(values) ?? 0;
  if (values.every((value) => value === 0 || value === 1)) {
    const centre = (average + (z * z) / (2 * n)) / (1 + (z * z) / n);
    const half = (z / (1 + (z * z) / n)) * Math.sqrt((average * (1 - average)) / n + (z * z) / (4 * n * n));
    return { mean: average, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
  }
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / Math.max(n - 1, 1);
  const half = z * Math.sqrt(variance / n);
  return { mean: average, low: Math.max(0, average - half), high: Math.min(1, average + half), n };
}

function byTask(groups: readonly Group[]): [string, Group[]][] {
  const tasks = new Map<string, Group[]>();
  for (const group of groups) tasks.set(group.taskId, [...(tasks.get(group.taskId) ?? []), group]);
  return [...tasks];
}

function taskStatistics(groups: readonly Group[]): TaskStatistics {
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
