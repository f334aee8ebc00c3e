import type { JobHandler } from "../../workers/workers.js";
import type { Tolerance } from "./measured.js";
import { warmUp } from "./symbolic/precise.js";
import { verifySymbolically } from "./symbolic/verify-answer.js";

// Half a second of loading is spent before the first job, not in its deadline.
warmUp();

/** The job `math`: `{answer, gold, tolerance?}`, the first two strings, to a verdict of the symbolic layer. Throws on any other input. */
export const handle: JobHandler = (input) => {
  const { answer, gold, tolerance } = (input ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof answer !== "string" || typeof gold !== "string") throw new Error("math: answer and gold must be strings");
  const verdict = verifySymbolically(answer, gold, readTolerance(tolerance));
  return verdict.outcome === "equal"
    ? { outcome: verdict.outcome, by: verdict.by }
    : { outcome: verdict.outcome, reason: verdict.reason };
};

function readTolerance(given: unknown): Tolerance | undefined {
  if (given === undefined || given === "gold-digits") return given;
  const relative = (given as { readonly relative?: unknown } | null)?.relative;
  if (typeof relative !== "number" || !(relative > 0 && relative < 1)) throw new Error("math: no such tolerance");
  return { relative };
}
