import { type RewardRecord, type Rollout, trainedTokens } from "../core/index.js";
import { type GroupAdvantages, groupAdvantages } from "./advantages.js";

/** What becomes of a completion cut at the length limit. */
export type TruncatedPolicy = "score" | "mask" | "zero";

/** A rollout with its reward. */
export interface ScoredRollout {
  readonly rollout: Rollout;
  readonly reward: RewardRecord;
}

/** All G rollouts of one item in one update. */
export interface Group {
  readonly itemId: string;
  readonly taskId: string;
  readonly members: readonly ScoredRollout[];
}

/** One rollout to train on: its loss is `weight` × the mean (or sum) over its tokens. */
export interface PlannedRollout {
  readonly rollout: Rollout;
  readonly advantage: number;
  /** Its task's weight / (scored rollouts of its group); with token aggregation its task's weight. */
  readonly weight: number;
}

/** One group as the update sees it. */
export interface PlannedGroup {
  readonly group: Group;
  readonly statistics: GroupAdvantages;
}

/** Everything one optimizer step needs. */
export interface UpdatePlan {
  /** One bucket a task, in the order of `taskOrder`; only rollouts that can carry gradient. */
  readonly buckets: readonly {
    readonly taskId: string;
    readonly klBeta: number;
    readonly rollouts: readonly PlannedRollout[];
  }[];
  readonly groups: readonly PlannedGroup[];
  /**
   * Σ task weight over prompts with ≥ 2 scored rollouts, zero-signal ones included; with token aggregation over their
   * tokens. 0 = nothing to do.
   */
  readonly divisor: number;
}

/** Settings of {@link planUpdate}. */
export interface UpdateSettings {
  readonly taskOrder: readonly string[];
  readonly klBeta: Readonly<Record<string, number>>;
  /** Of a prompt of each task in the weighted mean over prompts; 1 where a task has none. */
  readonly weight: Readonly<Record<string, number>>;
  readonly truncated: TruncatedPolicy;
  readonly aggregation: "sequence_mean" | "token_sum";
}

/**
 * Groups → what to train on (method §2). A zero-signal group costs no backward pass at β 0 and keeps its KL gradient at
 * β > 0; it stays in the divisor either way. Groups with fewer than two scored rollouts count nowhere. The loss is a
 * weighted mean over prompts, so a task's weight stands in its rollouts' weights and in the divisor.
 */
export function planUpdate(groups: readonly Group[], settings: UpdateSettings): UpdatePlan {
  const planned = groups.map((group) => ({ group, statistics: groupStatistics(group, settings.truncated) }));
  const counted = planned.filter((entry) => entry.statistics.signal !== "unscored");
  const weightOf = (taskId: string) => settings.weight[taskId] ?? 1;
  const buckets = settings.taskOrder.map((taskId) => {
    const klBeta = settings.klBeta[taskId] ?? 0;
    const ours = counted.filter(({ group, statistics }) => group.taskId === taskId && carries(statistics, klBeta));
    return {
      taskId,
      klBeta,
      rollouts: ours.flatMap((entry) => plannedRollouts(entry, weightOf(taskId), settings.aggregation)),
    };
  });
  return {
    buckets: buckets.filter((bucket) => bucket.rollouts.length > 0),
    groups: planned,
    divisor: sum(counted.map((entry) => weightOf(entry.group.taskId) * unitsOf(entry, settings.aggregation))),
  };
}

/** The reward that counts for training after the truncation policy; null = masked. */
export function effectiveReward({ rollout, reward }: ScoredRollout, truncated: TruncatedPolicy): number | null {
  if (rollout.finishReason !== "length" || truncated === "score" || reward.total === null) return reward.total;
  return truncated === "mask" ? null : 0;
}

function groupStatistics(group: Group, truncated: TruncatedPolicy): GroupAdvantages {
  return groupAdvantages(
    group.members.map((member) => effectiveReward(member, truncated)),
    group.members.map(({ reward }) => reward.components[reward.primary]?.value ?? null),
  );
}

function carries(statistics: GroupAdvantages, klBeta: number): boolean {
  return statistics.signal === "live" || klBeta > 0;
}

function plannedRollouts(
  { group, statistics }: PlannedGroup,
  weight: number,
  aggregation: UpdateSettings["aggregation"],
) {
  return group.members.flatMap(({ rollout }, member): PlannedRollout[] => {
    const advantage = statistics.advantages_G[member] ?? null;
    if (advantage === null) return [];
    return [{ rollout, advantage, weight: aggregation === "sequence_mean" ? weight / statistics.scored : weight }];
  });
}

/** What the loss is a mean over: a prompt is one, or its scored tokens. */
function unitsOf({ group, statistics }: PlannedGroup, aggregation: UpdateSettings["aggregation"]): number {
  if (aggregation === "sequence_mean") return 1;
  const scored = group.members.filter((_, member) => (statistics.advantages_G[member] ?? null) !== null);
  return sum(scored.map(({ rollout }) => trainedTokens(rollout)));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
