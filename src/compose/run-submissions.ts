import { createHash } from "node:crypto";
import type { Sandbox, SandboxResult, Submission } from "../sandbox/sandbox.js";
import { inOrder } from "./in-order.js";
import { parseSubmissionLine, type SubmissionLine } from "./submission-line.js";

/** A line of the input. */
export interface InputLine {
  /** Undefined when it is too long to be read. */
  readonly text: string | undefined;
  /** `file:line` */
  readonly origin: string;
}

/** What became of a line. */
export interface RunLine {
  readonly origin: string;
  readonly id: string | number | null;
  readonly result: Omit<SandboxResult, "id">;
  readonly tests?: Submission["tests"];
  /** Of the line's own solution, with `checkSolution`. */
  readonly solution?: SandboxResult;
  /** What is wrong with the line, in one line that begins with `file:line`. */
  readonly problem?: string;
}

/** How lines are run. */
export interface RunOptions {
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  /** Also runs each line's `solution` against its tests. */
  readonly checkSolution?: boolean;
}

/** Lines that are read ahead of the one that is shown next: one slow program must not hold up the others. */
const window = 256;

/** Runs submissions as they are read, results in the order of the input. A wrong line yields its problem; others go on. */
export function runSubmissions(lines: AsyncIterable<InputLine>, options: RunOptions): AsyncGenerator<RunLine> {
  return inOrder(lines, (line) => runLine(line, options), window);
}

async function runLine({ text, origin }: InputLine, options: RunOptions): Promise<RunLine> {
  const read = text === undefined ? undefined : parseSubmissionLine(text, origin);
  if (read === undefined) return unread(origin, null, "rejected", `${origin}: the line is too long`);
  if ("error" in read) return unread(origin, read.id, read.verdict, read.error.message);
  const { sandbox, signal, checkSolution } = options;
  const [result, solution] = await Promise.all([
    sandbox.run(read.submission, { signal }),
    checkSolution ? runSolution(read, options) : undefined,
  ]);
  const problem = problemOf(result, solution);
  return {
    origin,
    id: read.id,
    tests: read.submission.tests,
    result,
    ...(solution === undefined ? {} : { solution }),
    ...(problem === undefined ? {} : { problem: `${origin}: ${problem}` }),
  };
}

async function runSolution(line: SubmissionLine, { sandbox, signal }: RunOptions): Promise<SandboxResult | undefined> {
  if (line.solution === undefined) return undefined;
  return sandbox.run({ ...line.submission, code: line.solution }, { signal });
}

function problemOf(result: SandboxResult, solution: SandboxResult | undefined): string | undefined {
  const { verdict, stderr } = result;
  if (verdict === "rejected" || verdict === "no_tests") return stderr.trim().replace(/^sandbox: /, "") || "no tests";
  if (solution === undefined || solution.reward !== 0) return undefined;
  return `the tests fail against the line's own solution (${solution.verdict}, ${solution.passed} of ${solution.total})`;
}

function unread(origin: string, id: RunLine["id"], verdict: "rejected" | "no_tests", problem: string): RunLine {
  const nothing = { reward: 0, passed: 0, total: 0, wallS: 0, stdout: "", stderr: problem, truncated: false } as const;
  return { origin, id, problem, result: { ...nothing, verdict } };
}

/** Finds tests that no program passed, which are more likely wrong than hard. Its memory is a digest for each set of tests. */
export class UnpassedTests {
  readonly #seen = new Map<string, { readonly origin: string; programs: number; passed: boolean }>();

  /** Lines that are wrong already are left out, and those of which nothing is known. */
  add({ origin, problem, tests, result, solution }: RunLine): void {
    if (problem !== undefined || tests === undefined || result.reward === null) return;
    const passed = result.reward === 1 || solution?.reward === 1;
    const digest = createHash("sha256").update(JSON.stringify(tests)).digest("base64");
    const seen = this.#seen.get(digest) ?? { origin, programs: 0, passed: false };
    seen.programs += 1;
    seen.passed ||= passed;
    this.#seen.set(digest, seen);
  }

  /** One line for each, at the place where the tests stood first. */
  problems(): string[] {
    return [...this.#seen.values()]
      .filter(({ passed }) => !passed)
      .map(({ origin, programs }) => `${origin}: the tests fail against every program (${programs})`);
  }
}
