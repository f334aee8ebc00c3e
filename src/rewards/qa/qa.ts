import type { ComponentScore, Gold } from "../../core/index.js";
import { type AnswerOptions, answerOf } from "../answer.js";
import type { RewardComponent } from "../reward.js";
import { lightlyNormalised, MAX_QA_CHARS, normaliseAnswer, unwrapped } from "./normalise.js";

/** How a question asks for its answer: an option's full text, its letter, or no options at all. */
export type QaStyle = "full-text" | "letter" | "open";

/** What the component `qa` needs. */
export interface QaOptions extends AnswerOptions {
  /** Default `full-text`. `letter` needs options on the item, in the order shown. */
  readonly style?: QaStyle;
}

type QaGold = Extract<Gold, { kind: "qa" }>;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The primary component `qa` (method §3): normalised exact match or set membership, 0 or 1. In letter style the right
 * letter counts, alone or with its option's text (`B`, `(b)`, `B. Paris`).
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
  const right = new Set(accepted.flatMap((text) => indexOfOption(text, options)));
  if (right.size === 0) return { value: null, reason: "no accepted answer is among the item's options" };
  const chosen = chosenOption(answer, options);
  if (chosen === undefined) return { value: 0, reason: "not an option's letter" };
  return right.has(chosen) ? { value: 1 } : { value: 0, reason: `chose ${LETTERS[chosen]}` };
}

/** An accepted answer is an option's text, or its letter. */
function indexOfOption(text: string, options: readonly string[]): readonly number[] {
  const exact = options.indexOf(text);
  const byText = exact >= 0 ? exact : options.findIndex((option) => normaliseAnswer(option) === normaliseAnswer(text));
  if (byText >= 0) return [byText];
  const letter = /^[A-Z]$/.test(text.trim()) ? LETTERS.indexOf(text.trim()) : -1;
  return letter >= 0 && letter < options.length ? [letter] : [];
}

function chosenOption(answer: string, options: readonly string[]): number | undefined {
  const match = /^[([]?([A-Za-z])(?:[)\]]|[.:](?=\s|$)|[)\]]?[.:]?$)\s*(.*)$/su.exec(
    unwrapped(lightlyNormalised(answer)),
  );
  if (match === null) return undefined;
  const [, letter = "", rest = ""] = match;
  const index = LETTERS.indexOf(letter.toUpperCase());
  const option = options[index];
  if (option === undefined) return undefined;
  return /^[.:,]?$/.test(rest) || normaliseAnswer(rest) === normaliseAnswer(option) ? index : undefined;
}
