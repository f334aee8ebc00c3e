import type { CodeTests, ComponentScore } from "../../core/index.js";
import type { Sandbox, SandboxLimits, SandboxResult } from "../../sandbox/sandbox.js";
import { type AnswerOptions, answerOf } from "../answer.js";
import type { RewardComponent } from "../reward.js";
import { extractProgram, MAX_PROGRAM_CHARS } from "./program.js";

/** What the component `code` needs. */
export interface CodeOptions extends AnswerOptions {
  readonly sandbox: Sandbox;
  /** Undefined = the sandbox's own limits; those of an item go before. */
  readonly limits?: Partial<SandboxLimits>;
}

/** Output kept with a rollout, in UTF-16 units a stream. */
const KEPT_OUTPUT = 2000;

/**
 * The primary component `code` (method §3): the program in the answer, run against every test in the sandbox; 1 when all
 * pass, else 0. Undefined when the sandbox was lost or the item has no tests.
 */
export function codeComponent(options: CodeOptions): RewardComponent {
  const { sandbox, limits } = options;
  return {
    name: "code",
    score: async (input, { signal }) => {
      const { gold, id } = input.item;
      if (gold.kind !== "code") return { value: null, reason: gold.kind === "none" ? gold.reason : "no tests" };
      if (!hasTests(gold.tests)) return { value: null, reason: "the item's tests are empty" };
      const answer = answerOf(input, { ...options, unwrapBoxed: false });
      if (answer.kind === "missing") return { value: 0, reason: answer.reason };
      const code = extractProgram(answer.text);
      if (code === "") return { value: 0, reason: "the program is empty" };
      if (code.length > MAX_PROGRAM_CHARS) return { value: 0, reason: "the program is longer than 100,000 characters" };
      const own = limits || gold.limits ? { limits: { ...limits, ...gold.limits } } : {};
      const submission = { id: `${id}#${input.seed}`, language: "python" as const, code, tests: gold.tests, ...own };
      const result = await sandbox.run(submission, signal ? { signal } : {});
      return scoreResult(result);
    },
  };
}

function hasTests(tests: CodeTests): boolean {
  return tests.kind === "stdio" ? tests.cases.length > 0 : tests.code.trim() !== "";
}

function scoreResult(result: SandboxResult): ComponentScore {
  const { verdict, passed, total, wallS } = result;
  const details = { verdict, passed, total, wallS, stdout: kept(result.stdout), stderr: kept(result.stderr) };
  if (verdict === "infrastructure_error" || result.reward === null) {
    return { value: null, reason: "the sandbox was lost", details };
  }
  if (verdict === "no_tests") return { value: null, reason: "the item's tests hold no test", details };
  if (result.reward === 1) return { value: 1, details };
  return { value: 0, reason: `${verdict.replaceAll("_", " ")}, ${passed} of ${total} passed`, details };
}

function kept(output: string): string {
  return output.length > KEPT_OUTPUT ? `${output.slice(0, KEPT_OUTPUT)}…` : output;
}
