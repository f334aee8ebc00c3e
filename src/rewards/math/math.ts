import type { ComponentScore } from "../../core/index.js";
import { type AnswerOptions, answerOf } from "../answer.js";
import type { RewardComponent } from "../reward.js";
import { compareAnswers } from "./compare.js";

/** Scores an answer against the gold: 1 equal, 0 not, null when the gold is broken. */
export function scoreMath(answer: string, gold: string): ComponentScore {
  const compared = compareAnswers(answer, gold);
  if (compared.outcome === "equal") return { value: 1, details: { by: compared.by } };
  return { value: compared.outcome === "bad_gold" ? null : 0, reason: compared.reason };
}

/** The primary component `math` (method §3): the one answer, verified in process; 0 or 1. */
export function mathComponent(options: AnswerOptions = {}): RewardComponent {
  return {
    name: "math",
    score: async (input) => {
      const { gold } = input.item;
      if (gold.kind !== "math") return { value: null, reason: gold.kind === "none" ? gold.reason : "no math gold" };
      const answer = answerOf(input, options);
      if (answer.kind === "missing") {
        const broken = scoreMath("0", gold.answer);
        return broken.value === null ? broken : { value: 0, reason: answer.reason };
      }
      return scoreMath(answer.text, gold.answer);
    },
  };
}
