import { randomBytes } from "node:crypto";
import { limitsProblem } from "./limits.js";
import type { SandboxLimits, Submission, Verdict } from "./sandbox.js";

/** Tests with what they test. */
export interface TestsJob {
  readonly kind: "unittest" | "asserts";
  readonly mode: "module" | "same_file";
  readonly code: string;
  readonly tests: string;
  readonly setup: string;
}

/** The job of the test harness; `secret` authenticates its verdict and never leaves the harness's own frames. */
export interface HarnessJob extends TestsJob {
  readonly secret: string;
  /** Runs a stub with the program's names instead of the program: tests that pass cannot tell right from wrong. */
  readonly control?: boolean;
}

/** What is to be run for a submission. It holds no expected output. */
export type Plan =
  | {
      readonly kind: "programs";
      readonly language: Submission["language"];
      readonly code: string;
      readonly stdins: readonly string[];
    }
  | { readonly kind: "harness"; readonly job: HarnessJob };

/** A submission that is decided without running it. */
export interface Refusal {
  readonly verdict: Extract<Verdict, "rejected" | "no_tests">;
  readonly reason: string;
}

const maxSourceBytes = 1024 * 1024;

/** Why a submission is not run at all by a sandbox of these languages; undefined when it can be. */
export function refusal(
  submission: Submission,
  limits: SandboxLimits,
  languages: readonly Submission["language"][],
): Refusal | undefined {
  const { code, language, tests } = submission;
  if (!languages.includes(language)) {
    return {
      verdict: "rejected",
      reason: `language ${String(language)} is unknown; this sandbox runs ${languages.join(", ")}`,
    };
  }
  if (language !== "python" && tests.kind !== "stdio") {
    return { verdict: "rejected", reason: `${tests.kind} tests are for python; ${language} programs take stdio tests` };
  }
  if (typeof code !== "string") return { verdict: "rejected", reason: "code must be a text" };
  const problem = limitsProblem(limits);
  if (problem !== undefined) return { verdict: "rejected", reason: problem };
  if (Buffer.byteLength(code) > maxSourceBytes) {
    return {
      verdict: "rejected",
      reason: `the source is ${Buffer.byteLength(code)} bytes long; at most ${maxSourceBytes}`,
    };
  }
  if (/\p{Surrogate}/u.test(code))
    return { verdict: "rejected", reason: "the source is no valid Unicode (lone surrogate)" };
  const none = tests.kind === "stdio" ? tests.cases.length === 0 : tests.code.trim() === "";
  return none ? { verdict: "no_tests", reason: "there is nothing to test the program against" } : undefined;
}

/** Lays out the runs of a submission; a fresh secret each time. */
export function planOf({ code, language, tests }: Submission): Plan {
  if (tests.kind === "stdio")
    return { kind: "programs", language, code, stdins: tests.cases.map((item) => item.stdin) };
  const job: HarnessJob = {
    kind: tests.kind,
    mode: tests.kind === "unittest" ? tests.mode : "same_file",
    code,
    tests: tests.code,
    setup: tests.kind === "asserts" ? (tests.setup ?? "") : "",
    secret: randomBytes(16).toString("hex"),
  };
  return { kind: "harness", job };
}

/** Runs in a plan. */
export function runsIn(plan: Plan): number {
  return plan.kind === "programs" ? plan.stdins.length : 1;
}

/** The plan without its first `done` runs. */
export function restOf(plan: Plan, done: number): Plan {
  return plan.kind === "programs" ? { ...plan, stdins: plan.stdins.slice(done) } : plan;
}
