import { type Attack, attacks, litter, remains } from "./attacks.js";
import type { Sandbox, Verdict } from "./sandbox.js";

/** What became of one attack. */
export interface AttackResult {
  readonly name: string;
  readonly contained: boolean;
  readonly verdict: Verdict;
  /** What it found or how it ended, in one line. */
  readonly detail: string;
}

/** Runs the panel of attacks in the sandbox; results in the panel's order, each as soon as it is there. */
export async function* selfCheck(sandbox: Sandbox, signal: AbortSignal): AsyncGenerator<AttackResult> {
  const run = (attack: Attack) => attempt(sandbox, attack, signal);
  const running = attacks.map(run);
  // Whoever waits for the first sees its failure; the rest then end unheard.
  for (const each of running) each.catch(() => undefined);
  for (const each of running) yield await each;
  await run({ name: "litter", code: litter, contained: [] });
  yield await run(remains);
}

async function attempt(sandbox: Sandbox, attack: Attack, signal: AbortSignal): Promise<AttackResult> {
  const { name, code, contained, limits } = attack;
  const tests = { kind: "stdio", cases: [{ stdin: "", stdout: "contained" }] } as const;
  const submission = { id: name, language: "python", code, tests, ...(limits && { limits }) } as const;
  const { verdict, stdout, stderr } = await sandbox.run(submission, { signal });
  const told = (stdout.trim() || stderr.trim().split("\n").at(-1) || "").replaceAll(/\s+/g, " ").slice(0, 200);
  return { name, verdict, contained: contained.includes(verdict), detail: told };
}
