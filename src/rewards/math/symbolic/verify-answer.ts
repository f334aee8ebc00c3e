import { compareAnswers, read } from "../compare.js";
import type { Verdict } from "../verdict.js";
import { parseAnswer } from "./parse-answer.js";
import { sameAnswer } from "./same-answer.js";

/**
 * Compares two answers with the whole of the mathematics that is understood: {@link compareAnswers} first, then structure
 * and values. Runs in a verify worker: the deadline and the memory limit are its parent's.
 */
export function verifyAnswer(answer: string, gold: string): Verdict {
  const compared = compareAnswers(answer, gold);
  return compared.outcome === "undecided" ? verifySymbolically(answer, gold) : compared;
}

/** The symbolic layer alone. */
export function verifySymbolically(answer: string, gold: string): Verdict {
  const [given, truth] = [read(answer), read(gold)];
  if (given === undefined || truth === undefined) return { outcome: "different", reason: "too long" };
  const expected = parseAnswer(truth, { any: true });
  const also = expected.kind === "value" ? expected.unit : undefined;
  const found = parseAnswer(given, { any: false, also });
  if (sameAnswer(found, expected)) return { outcome: "equal", by: "symbolic" };
  return { outcome: "different", reason: found.kind === "text" ? "not understood as mathematics" : "another value" };
}
