import type { ComponentScore } from "../core/index.js";
import { answerOf } from "./answer.js";
import { formatComponent, tagsComponent } from "./format.js";
import { composeReward, defaultWeights, notAValue } from "./hybrid.js";
import type { Reward, RewardComponent, RewardContext, Scored } from "./reward.js";

/** What a custom reward function sees: the scored response and the answer in it. */
export interface Attempt extends Scored {
  /** The text of the one answer block, `\boxed{}` unwrapped; undefined when there is none. */
  readonly answer: string | undefined;
}

/** What a custom reward function gives back: a number in [0, 1], null = could not be measured, or both with a reason. */
export type Measured = number | null | ComponentScore;

/** A custom reward function. What it throws makes the component undefined, never 0. */
export type RewardFunction = (attempt: Attempt, context: RewardContext) => Measured | Promise<Measured>;

/** A component from a function, for {@link composeReward}. */
export function defineComponent(name: string, measure: RewardFunction): RewardComponent {
  return {
    name,
    score: async (input, context) => {
      const answer = answerOf(input);
      const measured = await measure({ ...input, answer: answer.kind === "answer" ? answer.text : undefined }, context);
      if (measured === null) return { value: null, reason: `"${name}" could not be measured` };
      if (typeof measured === "number") return { value: measured };
      if (isScore(measured)) return measured;
      return { value: null, reason: `"${name}" ${notAValue(measured)}` };
    },
  };
}

/** Functions of users' own are JavaScript: they give back anything. */
function isScore(measured: unknown): measured is ComponentScore {
  return typeof measured === "object" && measured !== null && "value" in measured && measured.value !== undefined;
}

/**
 * A whole reward from a function: it is the primary component (weight 1 unless given), beside `format` and `tags` at
 * the default 0.1 each; a weight of 0 measures without adding to the sum.
 */
export function defineReward(
  name: string,
  measure: RewardFunction,
  weights: { readonly primary?: number; readonly format?: number; readonly tags?: number } = {},
): Reward {
  const { primary, format, tags } = { ...defaultWeights, ...weights };
  return composeReward({
    primary: name,
    components: [
      { component: defineComponent(name, measure), weight: primary },
      { component: formatComponent, weight: format },
      { component: tagsComponent, weight: tags },
    ],
  });
}
