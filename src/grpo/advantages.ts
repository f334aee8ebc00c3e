/** Rewards closer than this are equal (method §2). */
export const equalRewardTolerance = 1e-9;

/** What a group of rewards has to teach. `all_right` and `all_wrong` are judged by the primary component. */
export type GroupSignal = "live" | "all_right" | "all_wrong" | "all_equal" | "unscored";

/** Advantages of one group; null where the rollout is not scored. */
export interface GroupAdvantages {
  readonly advantages_G: readonly (number | null)[];
  readonly scored: number;
  readonly mean: number;
  /** Population standard deviation (ddof 0). */
  readonly std: number;
  readonly signal: GroupSignal;
}

/**
 * Group-relative advantages A_i = (R_i − μ)/σ over the scored rollouts, no epsilon (OMNI-THINKER eq. 2; method §2).
 * Equal rewards (max − min ≤ 1e-9) give zeros; fewer than two scored rollouts give `unscored` and count nowhere.
 * @param rewards_G total reward a member, null = masked
 * @param primary_G primary component a member, to tell all-right from all-wrong
 */
export function groupAdvantages(
  rewards_G: readonly (number | null)[],
  primary_G: readonly (number | null)[] = [],
): GroupAdvantages {
  const known = rewards_G.filter((reward): reward is number => reward !== null);
  const mean = known.reduce((sum, reward) => sum + reward, 0) / Math.max(known.length, 1);
  const variance = known.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / Math.max(known.length, 1);
  const std = Math.sqrt(variance);
  const fill = (advantage: (reward: number) => number) =>
    rewards_G.map((reward) => (reward === null ? null : advantage(reward)));
  if (known.length < 2) {
    return { advantages_G: fill(() => 0), scored: known.length, mean, std: 0, signal: "unscored" };
  }
  if (Math.max(...known) - Math.min(...known) <= equalRewardTolerance) {
    return { advantages_G: fill(() => 0), scored: known.length, mean, std: 0, signal: equalSignal(primary_G) };
  }
  return { advantages_G: fill((reward) => (reward - mean) / std), scored: known.length, mean, std, signal: "live" };
}

function equalSignal(primary_G: readonly (number | null)[]): GroupSignal {
  const known = primary_G.filter((value): value is number => value !== null);
  if (known.length === 0) return "all_equal";
  if (known.every((value) => value >= 1 - equalRewardTolerance)) return "all_right";
  if (known.every((value) => value <= equalRewardTolerance)) return "all_wrong";
  return "all_equal";
}
