export { equalRewardTolerance, type GroupAdvantages, type GroupSignal, groupAdvantages } from "./advantages.js";
export {
  effectiveReward,
  type Group,
  type PlannedGroup,
  type PlannedRollout,
  planUpdate,
  type ScoredRollout,
  type TruncatedPolicy,
  type UpdatePlan,
  type UpdateSettings,
} from "./update-plan.js";
