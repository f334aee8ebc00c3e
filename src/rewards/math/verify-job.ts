import type { RunOptions, VerifyJob, VerifyOutcome, VerifyWorkers } from "../../workers/workers.js";
import type { Tolerance } from "./measured.js";
import type { Verdict } from "./verdict.js";

/** Which verifier decides: the one built in, or Math-Verify in a Python worker. They are never combined. */
export const mathVerifiers = ["builtin", "math-verify"] as const;

/** One of {@link mathVerifiers}. */
export type MathVerifier = (typeof mathVerifiers)[number];

/** The kinds of job that the math reward gives to verify workers, and the modules that do them. */
export const mathJobs = {
  math: { runtime: "node", module: new URL("./worker.js", import.meta.url).href },
  "math-verify": { runtime: "python", module: "omni_engine.verify.math_verify" },
} as const;

const KINDS: Record<MathVerifier, keyof typeof mathJobs> = { builtin: "math", "math-verify": "math-verify" };

/** What a worker gets. */
export interface MathJobInput {
  readonly answer: string;
  readonly gold: string;
  /** Of the builtin verifier. */
  readonly tolerance?: Tolerance | undefined;
}

/** A verdict, or why there is none. */
export type Verified =
  | Verdict
  | {
      readonly outcome: "unmeasured";
      readonly cause: Exclude<VerifyOutcome<unknown>["kind"], "value">;
      readonly reason: string;
    };

/** Asks a verify worker for the verdict on an answer. Throws CancelledError only. */
export async function verifyInWorker(
  workers: VerifyWorkers,
  verifier: MathVerifier,
  { answer, gold, tolerance }: MathJobInput,
  options: RunOptions = {},
): Promise<Verified> {
  const asked = verifier === "builtin" && tolerance !== undefined ? { answer, gold, tolerance } : { answer, gold };
  const job: VerifyJob<Verdict> = { kind: KINDS[verifier], input: asked, read: readVerdict };
  const done = await workers.run(job, options);
  if (done.kind === "value") return done.value;
  return { outcome: "unmeasured", cause: done.kind, reason: `${done.kind}: ${done.reason}` };
}

/** Reads what a worker sent. Throws on what is no verdict: workers are not trusted. */
function readVerdict(output: unknown): Verdict {
  const { outcome, by, reason } = (output ?? {}) as Readonly<Record<string, unknown>>;
  if (outcome === "equal" && (by === "symbolic" || by === "math-verify")) return { outcome, by };
  if ((outcome === "different" || outcome === "bad_gold") && typeof reason === "string") return { outcome, reason };
  throw new Error("a worker's output is no verdict on an answer");
}
