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

/** One rollout to train on: its loss is `weight` × the mean over its tokens. */
export interface PlannedRollout {
  readonly rollout: Rollout;
  readonly advantage: number;
  /** 1 / (scored rollouts of its group). */
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
  /** Prompts with ≥ 2 scored rollouts, zero-signal ones included; with token aggregation their tokens. 0 = nothing to do. */
  readonly divisor: number;
}

/** Settings of {@link planUpdate}. */
export interface UpdateSettings {
  readonly taskOrder: readonly string[];
  readonly klBeta: Readonly<Record<string, number>>;
  readonly truncated: TruncatedPolicy;
  readonly aggregation: "sequence_mean" | "token_sum";
}

/**
 * Groups → what to train on (method §2). A zero-signal group costs no backward pass at β 0 and keeps its KL gradient at
 * β > 0; it stays in the divisor either way. Groups with fewer than two scored rollouts count nowhere.
 */
export function planUpdate(groups: readonly Group[], settings: UpdateSettings): UpdatePlan {
  const planned = groups.map((group) => ({ group, statistics: groupStatistics(group, settings.truncated) }));
  const counted = planned.filter((entry) => entry.statistics.signal !== "unscored");
  const buckets = settings.taskOrder.map((taskId) => {
    const klBeta = settings.klBeta[taskId] ?? 0;
    const ours = counted.filter(({ group, statistics }) => group.taskId === taskId && carries(statistics, klBeta));
    return { taskId, klBeta, rollouts: ours.flatMap((entry) => plannedRollouts(entry, settings.aggregation)) };
  });
  return {
    buckets: buckets.filter((bucket) => bucket.rollouts.length > 0),
    groups: planned,
    divisor: settings.aggregation === "sequence_mean" ? counted.length : countedTokens(counted),
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

function plannedRollouts({ group, statistics }: PlannedGroup, aggregation: UpdateSettings["aggregation"]) {
  return group.members.flatMap(({ rollout }, member): PlannedRollout[] => {
    const advantage = statistics.advantages_G[member] ?? null;
    if (advantage === null) return [];
    return [{ rollout, advantage, weight: aggregation === "sequence_mean" ? 1 / statistics.scored : 1 }];
  });
}

function countedTokens(counted: readonly PlannedGroup[]): number {
  let tokens = 0;
  for (const { group, statistics } of counted) {
    group.members.forEach(({ rollout }, member) => {
      if ((statistics.advantages_G[member] ?? null) !== null) tokens += trainedTokens(rollout);
    });
  }
  return tokens;
}
