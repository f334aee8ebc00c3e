import type { ComponentScore, Gold } from "../../core/index.js";
import { type AnswerOptions, answerOf } from "../answer.js";
import type { RewardComponent } from "../reward.js";
import { chosenOptions, LETTERS } from "./letter.js";
import { lightlyNormalised, MAX_QA_CHARS, normaliseAnswer } from "./normalise.js";

/** How a question asks for its answer: an option's full text, its letter, or no options at all. */
export type QaStyle = "full-text" | "letter" | "open";

/** What the component `qa` needs. */
export interface QaOptions extends AnswerOptions {
  /** Default `full-text`. `letter` needs options on the item, in the order shown. */
  readonly style?: QaStyle;
}

type QaGold = Extract<Gold, { kind: "qa" }>;

/**
 * The primary component `qa` (method §3): normalised exact match or set membership, 0 or 1. In letter style the right
 * letter counts, alone or with its option's text, in any ordinary dress (`B`, `(b)`, `**B**. Paris`, `Answer: B`).
 */
export function qaComponent(options: QaOptions = {}): RewardComponent {
  return {
    name: "qa",
    score: async (input) => {
      const { gold } = input.item;
      if (gold.kind !== "qa")
        return { value: null, reason: gold.kind === "none" ? gold.reason : "no accepted answers" };
      const answer = answerOf(input, options);
      const scored = scoreQa(answer.kind === "answer" ? answer.text : "", gold, options.style);
      return answer.kind === "missing" && scored.value !== null ? { value: 0, reason: answer.reason } : scored;
    },
  };
}

/** Scores an answer against the accepted ones: 1 or 0, null when none is given or, in letter style, none is an option. */
export function scoreQa(answer: string, gold: QaGold, style: QaStyle = "full-text"): ComponentScore {
  const given = gold.answers.filter((text) => text.trim() !== "");
  const accepted = given.filter((text) => text.length <= MAX_QA_CHARS && normaliseAnswer(text) !== "");
  if (accepted.length === 0) {
    const reason = "every accepted answer is longer than 4,096 characters";
    return { value: null, reason: given.length === 0 ? "the item has no accepted answer" : reason };
  }
  if (answer.length > MAX_QA_CHARS) return { value: 0, reason: "the answer is longer than 4,096 characters" };
  return style === "letter"
    ? scoreLetter(answer, accepted, gold.options ?? [])
    : scoreText(answer, accepted, gold.options);
}

function scoreText(answer: string, accepted: readonly string[], options: readonly string[] = []): ComponentScore {
  const given = normaliseAnswer(answer);
  const truths = accepted.filter((text) => normaliseAnswer(text) === given);
  if (given === "" || truths.length === 0) return { value: 0, reason: "not an accepted answer" };
  // Normalising must not blur the truth into a distractor: where it would, only the text itself decides.
  const right = new Set(accepted.map(lightlyNormalised));
  const blurred = options.some((text) => normaliseAnswer(text) === given && !right.has(lightlyNormalised(text)));
  if (blurred && !right.has(lightlyNormalised(answer)))
    return { value: 0, reason: "as near to a wrong option as to the right one" };
  return { value: 1, details: { matched: truths[0] } };
}

function scoreLetter(answer: string, accepted: readonly string[], options: readonly string[]): ComponentScore {
  const right = accepted.flatMap((text) => optionsOf(text, options));
  if (right.length === 0) return { value: null, reason: "no accepted answer is among the item's options" };
  const chosen = chosenOptions(answer, options);
  if (chosen === undefined) return { value: 0, reason: "not an option's letter" };
  const letters = (indices: readonly number[]) => indices.map((index) => LETTERS[index]).join(", ");
  return right.some((indices) => sameSet(indices, chosen))
    ? { value: 1 }
    : { value: 0, reason: `chose ${letters(chosen)}` };
}

/** An accepted answer is an option's text, or its letter, or the letters of several that are right together. */
function optionsOf(text: string, options: readonly string[]): readonly (readonly number[])[] {
  for (const read of [(option: string) => option, lightlyNormalised, normaliseAnswer]) {
    const found = options.flatMap((option, index) => (read(option) === read(text) ? [index] : []));
    const [only] = found;
    if (only !== undefined) return found.length === 1 || read(text) === text ? [[only]] : [];
  }
  const chosen = /^[a-z]$/.test(text.trim()) ? undefined : chosenOptions(text, options);
  return chosen === undefined ? [] : [chosen];
}

/** Letters in any order: a question with options asks which, not in what order. */
function sameSet(a: readonly number[], b: readonly number[]): boolean {
  const [first, second] = [new Set(a), new Set(b)];
  return b.length === second.size && first.size === second.size && [...first].every((index) => second.has(index));
}
