import type { ComponentScore } from "../../core/index.js";
import type { VerifyWorkers } from "../../workers/workers.js";
import { type AnswerOptions, answerOf } from "../answer.js";
import type { RewardComponent, RewardContext } from "../reward.js";
import { compareAnswers } from "./compare.js";
import type { Tolerance } from "./measured.js";
import { UntrustedAnswers } from "./untrusted-answer.js";
import { type MathVerifier, mathVerifiers, type Verified } from "./verify-job.js";

/** How answers are verified. */
export interface MathOptions extends AnswerOptions {
  /** Runs the symbolic layer; without it, what text and exact numbers leave undecided is wrong. */
  readonly verify?: VerifyWorkers | undefined;
  /** Which verifier decides; `math-verify` needs `verify`. Default builtin. */
  readonly verifier?: MathVerifier | undefined;
  /** Of the builtin verifier: how far an answer may be from a gold that is a decimal number. Default: not at all. */
  readonly tolerance?: Tolerance | undefined;
  /** Runs the other verifier too and reports where they disagree; it never changes the verdict. Needs `verify`. */
  readonly onDisagreement?: ((disagreement: Disagreement) => void) | undefined;
}

/** An answer on which the two verifiers disagree. */
export interface Disagreement {
  readonly answer: string;
  readonly gold: string;
  readonly verdicts: Readonly<Record<MathVerifier, "equal" | "different" | "bad_gold" | "unmeasured">>;
}

/** Scores an answer against the gold in process: 1 equal, 0 not or undecided, null when the gold is broken. */
export function scoreMath(answer: string, gold: string, tolerance?: Tolerance): ComponentScore {
  return scoreOf(compareAnswers(answer, gold, tolerance));
}

/**
 * The primary component `math` (method §3): the one answer, verified; 0 or 1, null where the gold is broken or no worker is
 * to be had. An answer that its verifier does not survive is 0.
 */
export function mathComponent(options: MathOptions = {}): RewardComponent {
  const answers = options.verify && new UntrustedAnswers(options.verify);
  return {
    name: "math",
    score: async (input, context) => {
      const { gold } = input.item;
      if (gold.kind !== "math") return { value: null, reason: gold.kind === "none" ? gold.reason : "no math gold" };
      const answer = answerOf(input, options);
      if (answer.kind === "missing") {
        const broken = scoreMath("0", gold.answer);
        return broken.value === null ? broken : { value: 0, reason: answer.reason };
      }
      return scoreOf(await verified(answer.text, gold.answer, options, answers, context));
    },
  };
}

type Outcome = Verified | ReturnType<typeof compareAnswers>;

async function verified(
  answer: string,
  gold: string,
  { verifier = "builtin", onDisagreement, tolerance }: MathOptions,
  answers: UntrustedAnswers | undefined,
  { signal }: RewardContext,
): Promise<Outcome> {
  const ask = async (whom: MathVerifier): Promise<Outcome> => {
    const compared = compareAnswers(answer, gold, tolerance);
    // A broken gold and an answer beyond the length cap are no matter of mathematics; both verifiers are spared them.
    if (compared.outcome === "bad_gold" || answers === undefined) return compared;
    if (whom === "builtin" && compared.outcome !== "undecided") return compared;
    return answers.verify(whom, { answer, gold, tolerance }, signal);
  };
  const decided = await ask(verifier);
  if (onDisagreement === undefined || answers === undefined) return decided;
  const other = mathVerifiers.find((name) => name !== verifier) ?? verifier;
  const second = await ask(other);
  if (settled(decided) !== settled(second)) {
    const verdicts = { [verifier]: settled(decided), [other]: settled(second) } as Disagreement["verdicts"];
    onDisagreement({ answer, gold, verdicts });
  }
  return decided;
}

function settled({ outcome }: Outcome): Disagreement["verdicts"][MathVerifier] {
  return outcome === "undecided" ? "different" : outcome;
}

function scoreOf(verdict: Outcome): ComponentScore {
  switch (verdict.outcome) {
    case "equal":
      return { value: 1, details: { by: verdict.by } };
    case "bad_gold":
    case "unmeasured":
      return { value: null, reason: verdict.reason };
    default:
      return { value: 0, reason: verdict.reason };
  }
}
