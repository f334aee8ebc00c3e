import { OmniError } from "../core/index.js";
import { type MathVerifier, mathVerifiers, verifyInWorker } from "../rewards/index.js";
import { openWorkers } from "./workers.js";

/** What came of one job of a verifier: the milliseconds that it took, its worker's start included, or why it failed. */
export type TriedVerifier = { readonly verifier: MathVerifier } & (
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly reason: string }
);

/** Has each math verifier do one job in a worker of its own: whether ZeroMQ loads and workers start on this machine. */
export async function tryWorkers(): Promise<readonly TriedVerifier[]> {
  const workers = await openWorkers({ workers: { local: 1, memoryMb: 512, deadlineMs: 10_000 } }, () => undefined);
  const attempt = async (verifier: MathVerifier): Promise<TriedVerifier> => {
    const began = performance.now();
    try {
      const verdict = await verifyInWorker(workers, verifier, { answer: "(x-1)(x+1)", gold: "x^2-1" });
      if (verdict.outcome === "equal") return { verifier, ok: true, ms: performance.now() - began };
      return { verifier, ok: false, reason: verdict.reason };
    } catch (error) {
      return { verifier, ok: false, reason: OmniError.from(error).message };
    }
  };
  try {
    return await Promise.all(mathVerifiers.map(attempt));
  } finally {
    await workers.close();
  }
}
