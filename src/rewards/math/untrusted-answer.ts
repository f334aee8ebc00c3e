import type { VerifyWorkers } from "../../workers/workers.js";
import { type MathJobInput, type MathVerifier, type Verified, verifyInWorker } from "./verify-job.js";

/**
 * Of each of the two runs that a gold alone may take. One that can be verified takes milliseconds, so an answer is told
 * within its own two runs and those; a time-out that only a busy machine brings would be a mask for a bomb.
 */
const GOLD_DEADLINE_MS = 500;
const KEPT_GOLDS = 4096;

/**
 * Verifies answers that a model wrote. One that no worker survives, or that never ends, is wrong and not unmeasured –
 * a mask must not be had for a bomb – unless the gold alone comes to no verdict either, or no worker is to be had.
 */
export class UntrustedAnswers {
  readonly #workers: VerifyWorkers;
  /** What came of golds against themselves, once an answer exploded; the oldest is forgotten first. */
  readonly #golds = new Map<string, Verified>();

  constructor(workers: VerifyWorkers) {
    this.#workers = workers;
  }

  /** `unmeasured` and `bad_gold` are never the answer's doing. Throws CancelledError only. */
  async verify(verifier: MathVerifier, job: MathJobInput, signal?: AbortSignal): Promise<Verified> {
    const known = this.#golds.get(keyOf(verifier, job.gold));
    // No worker is spent on it again.
    if (known?.outcome === "unmeasured") return known;
    const verified = await verifyInWorker(this.#workers, verifier, job, signal ? { signal } : {});
    if (verified.outcome !== "unmeasured" || verified.cause === "infrastructure") return verified;
    const alone = await this.#gold(verifier, job.gold, signal);
    if (alone.outcome === "unmeasured" || alone.outcome === "bad_gold") return alone;
    return { outcome: "different", reason: `the answer cannot be verified (${verified.reason}); its gold alone can` };
  }

  async #gold(verifier: MathVerifier, gold: string, signal?: AbortSignal): Promise<Verified> {
    const key = keyOf(verifier, gold);
    const known = this.#golds.get(key);
    if (known !== undefined) return known;
    const options = { deadlineMs: GOLD_DEADLINE_MS, ...(signal && { signal }) };
    const verified = await verifyInWorker(this.#workers, verifier, { answer: gold, gold }, options);
    if (verified.outcome !== "unmeasured") return this.#keep(key, verified);
    if (verified.cause === "infrastructure") return verified;
    const blamed = { ...verified, reason: `the gold answer itself cannot be verified (${verified.reason})` };
    // A time-out may be the machine's: what it says of one answer must not mask the next.
    return verified.cause === "timed_out" ? blamed : this.#keep(key, blamed);
  }

  #keep(key: string, verified: Verified): Verified {
    this.#golds.set(key, verified);
    const [oldest] = this.#golds.keys();
    if (this.#golds.size > KEPT_GOLDS && oldest !== undefined) this.#golds.delete(oldest);
    return verified;
  }
}

function keyOf(verifier: MathVerifier, gold: string): string {
  return `${verifier} ${gold}`;
}
