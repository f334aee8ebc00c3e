import { compareAnswers, read } from "../compare.js";
import type { Tolerance } from "../measured.js";
import type { Token } from "../tokens.js";
import type { Verdict } from "../verdict.js";
import type { AnswerNode } from "./answer-node.js";
import { parseAnswer } from "./parse-answer.js";
import { namesBase, programReading, withoutBases } from "./readings.js";
import { sameAnswer } from "./same-answer.js";

/**
 * Compares two answers with the whole of the mathematics that is understood: {@link compareAnswers} first, then structure
 * and values. Runs in a verify worker: the deadline and the memory limit are its parent's.
 */
export function verifyAnswer(answer: string, gold: string, tolerance?: Tolerance): Verdict {
  const compared = compareAnswers(answer, gold, tolerance);
  return compared.outcome === "undecided" ? verifySymbolically(answer, gold, tolerance) : compared;
}

/** The symbolic layer alone. */
export function verifySymbolically(answer: string, gold: string, tolerance?: Tolerance): Verdict {
  const [given, truth] = [read(answer), read(gold)];
  if (given === undefined || truth === undefined) return { outcome: "different", reason: "too long" };
  // A gold that names a base asks for that base; any other asks for the value.
  const asked = namesBase(truth) ? given : withoutBases(given);
  const found = parsed(asked, truth, tolerance);
  const program = programReading(gold, truth);
  const equal =
    sameAnswer(found.given, found.truth) || (program !== undefined && sameReading(asked, program, tolerance));
  if (equal) return { outcome: "equal", by: "symbolic" };
  return {
    outcome: "different",
    reason: found.given.kind === "text" ? "not understood as mathematics" : "another value",
  };
}

function sameReading(given: readonly Token[], truth: readonly Token[], tolerance: Tolerance | undefined): boolean {
  const found = parsed(given, truth, tolerance);
  return sameAnswer(found.given, found.truth);
}

/** Both sides as structure; the answer may name the gold's unit, whatever it is. */
function parsed(
  given: readonly Token[],
  truth: readonly Token[],
  tolerance: Tolerance | undefined,
): { given: AnswerNode; truth: AnswerNode } {
  const expected = parseAnswer(truth, { any: true, tolerance });
  const also = expected.kind === "value" ? expected.unit : undefined;
  return { given: parseAnswer(given, { any: false, also }), truth: expected };
}
