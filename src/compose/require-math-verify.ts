import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PrerequisiteError } from "../core/index.js";
import type { MathVerifier } from "../rewards/index.js";
import { serverPython } from "./places.js";

const MODULES = ["math_verify", "zmq", "omni_engine"];
/** Names what is not there; imports none of it. */
const PROBE = `import importlib.util; print(*(n for n in ${JSON.stringify(MODULES)} if importlib.util.find_spec(n) is None))`;
const PROBE_MS = 30_000;
/** As pyproject.toml has it in the extra `math-verify`. */
const REQUIREMENT = "math-verify[antlr4_13_2]==0.9.0";

/** What of a task, or of flags, asks for Math-Verify. */
export interface AsksForVerifiers {
  readonly verifier?: MathVerifier | undefined;
  readonly compareVerifiers?: boolean | undefined;
}

/**
 * Makes sure that Math-Verify is installed where something asks for it and local workers would run it, before the first
 * answer is scored rather than a line an answer. Throws PrerequisiteError `no_math_verify` with the command that installs it.
 */
export async function requireMathVerify(
  asked: readonly AsksForVerifiers[],
  workers: { readonly local: number },
): Promise<void> {
  if (workers.local === 0) return;
  if (!asked.some(({ verifier, compareVerifiers }) => verifier === "math-verify" || compareVerifiers)) return;
  const python = serverPython();
  let missing: string;
  try {
    missing = (await promisify(execFile)(python, ["-c", PROBE], { timeout: PROBE_MS })).stdout.trim();
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.trim().split("\n").at(-1) ?? "") : String(cause);
    throw missingIn(python, `it does not run (${reason})`, cause);
  }
  if (missing !== "") throw missingIn(python, `it has no ${missing.split(" ").join(", ")}`);
}

function missingIn(python: string, why: string, cause?: unknown): PrerequisiteError {
  const install = `${why.includes("omni_engine") ? "omni setup, then " : ""}${python} -m pip install '${REQUIREMENT}'`;
  const message = `Math-Verify is asked for, but ${python} cannot run it: ${why}; install it with: ${install} – or do not ask for it (--verifier, --compare-verifiers; verifier and compareVerifiers of a task)`;
  return new PrerequisiteError(message, { code: "no_math_verify", cause });
}
