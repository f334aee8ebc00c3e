import { VerifierError } from "../../core/index.js";
import { compareAnswers, normaliseAnswer, verifyInWorker } from "../../rewards/index.js";
import type { VerifyWorkers } from "../../workers/workers.js";

const MAX_CHARS = 300;

/** What tells whether two options are the same however they are written. */
export interface Sameness {
  /** Decides what text and exact numbers leave open, e.g. (x−1)(x+1) and x²−1; without it that counts as different. */
  readonly verify?: VerifyWorkers | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options that equal none of `taken`, nor one another, as words, as numbers or as mathematics. One that cannot be told apart
 * within a deadline is left out. Throws VerifierError where no verify worker starts, CancelledError.
 */
export async function distinctOptions(
  made: readonly string[],
  taken: readonly string[],
  sameness: Sameness,
): Promise<readonly string[]> {
  const keys = new Set(taken.map(normaliseAnswer));
  const values = [...taken];
  const distinct: string[] = [];
  for (const text of made) {
    const option = text.replace(/\s+/g, " ").trim();
    const key = normaliseAnswer(option);
    if (key === "" || option.length > MAX_CHARS || keys.has(key)) continue;
    const same = await Promise.all(values.map((value) => areSame(option, value, sameness)));
    if (same.includes(true)) continue;
    keys.add(key);
    values.push(option);
    distinct.push(option);
  }
  return distinct;
}

async function areSame(option: string, value: string, { verify, signal }: Sameness): Promise<boolean> {
  // Equality is asked both ways: a gold that is solved for a symbol wants that of an answer.
  const compared = [compareAnswers(option, value), compareAnswers(value, option)];
  if (compared.some(({ outcome }) => outcome === "equal")) return true;
  if (verify === undefined || !looksMathematical(option) || !looksMathematical(value)) return false;
  if (compared.every(({ outcome }) => outcome !== "undecided")) return false;
  for (const [answer, gold] of [
    [option, value],
    [value, option],
  ] as const) {
    const verdict = await verifyInWorker(verify, "builtin", { answer, gold }, signal ? { signal } : {});
    if (verdict.outcome === "equal") return true;
    if (verdict.outcome !== "unmeasured") continue;
    if (verdict.cause === "infrastructure") throw new VerifierError(verdict.reason, { code: "no_worker" });
    return true;
  }
  return false;
}

/** Formulae, not prose with a number in it: nothing is gained by a worker's reading of `City 3`. */
function looksMathematical(text: string): boolean {
  return /[\d\\^=√π]/.test(text) && !/(?<![\\a-z])(?!sqrt)[a-z]{4,}/i.test(text);
}
