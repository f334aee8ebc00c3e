/** One reward component's outcome. `null` = undefined: it could not be measured; it is left out, never scored 0. */
export interface ComponentScore {
  /** Unweighted, in [0, 1], or null. */
  readonly value: number | null;
  /** Why, in a few words, for people; always there when `value` is null. */
  readonly reason?: string;
  /** Facts kept with the rollout (verdict, judge's raw reply, seconds …); JSON values only. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A component with the weight it carries in the sum. */
export interface WeightedComponent extends ComponentScore {
  readonly weight: number;
}

/**
 * R = Σ w_c r_c over the defined components, weights not renormalised (method §3).
 * `total` is null when the primary component is undefined: the rollout is then masked out of the update.
 */
export interface RewardRecord {
  readonly total: number | null;
  readonly primary: string;
  readonly components: Readonly<Record<string, WeightedComponent>>;
}
