import { DataError } from "../core/index.js";
import type { Submission } from "../sandbox/sandbox.js";
import { parseLimits, parseTests } from "../tasks/index.js";

/** A line of `omni sandbox run`, with the reference solution where it has one. */
export interface SubmissionLine {
  /** As the line has it. */
  readonly id: string | number;
  readonly submission: Submission;
  readonly solution: string | undefined;
}

/** A line that is no submission. */
export interface WrongSubmission {
  /** The line's id where it has a usable one. */
  readonly id: string | number | null;
  readonly verdict: "rejected" | "no_tests";
  /** Begins with its `file:line`. */
  readonly error: DataError;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads `{"id", "language", "code", "tests", "limits"?, "solution"?}`. What the sandbox itself refuses (language, ranges,
 * size) is left to it. `origin` is the line's `file:line`.
 */
export function parseSubmissionLine(text: string, origin: string): SubmissionLine | WrongSubmission {
  let id: string | number | null = null;
  const wrong = (problem: string, verdict: WrongSubmission["verdict"] = "rejected"): WrongSubmission => {
    return { id, verdict, error: new DataError(`${origin}: ${problem}`, { code: "bad_line", details: { origin } }) };
  };
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ").slice(0, 120) : "";
    return wrong(`not JSON (${reason}); each line must be one JSON object`);
  }
  if (!isRow(row)) return wrong("a JSON object is expected");
  id = typeof row.id === "number" || (typeof row.id === "string" && row.id !== "") ? row.id : null;
  if (id === null) return wrong('field "id" must be a text or a number');
  const { code, language, solution, tests } = row;
  if (typeof code !== "string") return wrong('field "code" must be a text');
  if (typeof language !== "string") return wrong('field "language" must be a text such as "python"');
  if (solution !== undefined && typeof solution !== "string") return wrong('field "solution" must be a text');
  const limits = parseLimits(row.limits);
  if (typeof limits === "string") return wrong(limits);
  if (tests === undefined || tests === null) return wrong("there are no tests", "no_tests");
  if (!isRow(tests)) return wrong('field "tests" must be an object {kind: stdio | unittest | asserts, …}');
  try {
    const parsed = parseTests(tests, origin);
    if (typeof parsed === "string") return wrong(parsed, "no_tests");
    // An unknown language is told by the sandbox, which knows what it runs.
    const known = language as Submission["language"];
    return { id, submission: { id: String(id), language: known, code, tests: parsed, limits }, solution };
  } catch (error) {
    if (error instanceof DataError) return { id, verdict: "rejected", error };
    throw error;
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
