import type { ComponentScore } from "../../core/index.js";
import { type AnswerOptions, answerOf, isBlank } from "../answer.js";
import type { Judge, Judgement } from "../judge/judge.js";
import type { RewardComponent } from "../reward.js";

/** What the component `writing` needs. */
export interface WritingOptions extends AnswerOptions {
  readonly judge: Judge;
  /** Undefined = the judge's own; that of an item goes before. */
  readonly rubric?: string;
}

/**
 * The primary component `writing` (method §3): the answer text alone against the reference, judged by a rubric;
 * preferred 1, tie 0.5, dispreferred 0, the mean where both orders are asked for. Unanswered is 0 without a call.
 */
export function writingComponent(options: WritingOptions): RewardComponent {
  const { judge } = options;
  return {
    name: "writing",
    score: async (input, { signal }) => {
      const { gold, question, opening } = input.item;
      if (gold.kind !== "writing") return { value: null, reason: gold.kind === "none" ? gold.reason : "no reference" };
      if (isBlank(gold.reference)) return { value: null, reason: "the item's reference is empty" };
      const answer = answerOf(input, { ...options, unwrapBoxed: false });
      if (answer.kind === "missing") return { value: 0, reason: answer.reason };
      const rubric = gold.rubric ?? options.rubric;
      const judgement = await judge.compare({
        prompt: conversation(question, opening),
        candidate: answer.text,
        reference: gold.reference,
        seed: input.seed,
        ...(rubric === undefined ? {} : { rubric }),
        ...(signal === undefined ? {} : { signal }),
      });
      return scoreJudgement(judgement, judge.trial);
    },
  };
}

/** What the judge reads as the prompt: the question, after the user's earlier turns where there are any. */
function conversation(question: string, opening: readonly string[] = []): string {
  return [...opening, question].join("\n\n[The user's next turn:]\n\n");
}

function scoreJudgement(judgement: Judgement, trial: boolean): ComponentScore {
  const { outcome, reason, raw, usage, latencyMs, attempts, flipped, cached } = judgement;
  const details = {
    outcome: outcome ?? null,
    raw,
    usage: { ...usage },
    latencyMs,
    attempts,
    trial,
    ...(flipped !== undefined && { flipped }),
    ...(cached && { cached }),
  };
  return { value: judgement.outcome === undefined ? null : judgement.score, reason, details };
}
