export type { ComponentScore, RewardRecord, WeightedComponent } from "../core/index.js";
export { type Answer, type AnswerOptions, answerOf, extractAnswer } from "./answer.js";
export {
  buildReward,
  type RewardFamily,
  type RewardSettings,
  type RewardTools,
  rewardFamilies,
} from "./build-reward.js";
export { type CodeOptions, codeComponent } from "./code/code.js";
export { extractProgram } from "./code/program.js";
export { type Attempt, defineComponent, defineReward, type Measured, type RewardFunction } from "./define-reward.js";
export { formatComponent, formatScore, tagsComponent, tagsScore } from "./format.js";
export { type Composition, composeReward, defaultWeights, type Weighted } from "./hybrid.js";
export { type Asker, type AskerStats, openAsker } from "./judge/asker.js";
export { type AttackReport, type AttackResult, attackPanel } from "./judge/attack-panel.js";
export { cachedJudge } from "./judge/cached-judge.js";
export { openThrottle } from "./judge/endpoint.js";
export {
  type ComparisonRequest,
  type Judge,
  type Judgement,
  type JudgeStats,
  type JudgeUsage,
  trialJudgeCaution,
} from "./judge/judge.js";
export { type OpenAIJudgeOptions, openJudge } from "./judge/openai-judge.js";
export type { PanelItem } from "./judge/panel-items.js";
export { DEFAULT_RUBRIC } from "./judge/prompt.js";
export type { Throttle } from "./judge/throttle.js";
export { type Comparison, compareAnswers } from "./math/compare.js";
export { unknownUnit } from "./math/gold-unit.js";
export { type Disagreement, type MathOptions, mathComponent, scoreMath } from "./math/math.js";
export type { Tolerance } from "./math/measured.js";
export { type MathVerifier, mathJobs, mathVerifiers, verifyInWorker } from "./math/verify-job.js";
export { normaliseAnswer } from "./qa/normalise.js";
export { type QaOptions, type QaStyle, qaComponent, scoreQa } from "./qa/qa.js";
export type { Reward, RewardComponent, RewardContext, Scored } from "./reward.js";
export { type WritingOptions, writingComponent } from "./writing/writing.js";
