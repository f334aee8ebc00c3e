import type { Plan } from "./plan.js";
import type { SandboxLimits } from "./sandbox.js";
import type { RunOutcome } from "./verdict.js";

/** A place that runs one submission, once. */
export interface Slot {
  /** False once it has ended by itself. */
  readonly alive: boolean;
  /**
   * Runs the plan from its start and returns the outcomes in order: all of them, or the first few when a run had to be
   * ended together with the slot (the rest then needs another slot). Rejects with SandboxError when the slot was lost
   * through no fault of the program, with CancelledError when `signal` fired.
   */
  run(plan: Plan, limits: SandboxLimits, signal: AbortSignal): Promise<readonly RunOutcome[]>;
  /** Ends it and waits until nothing is left of it. Idempotent. */
  close(): Promise<void>;
}

/** Starts slots of one kind; they wait for their submission. Rejects with SandboxError. */
export type StartSlot = (limits: SandboxLimits, signal: AbortSignal) => Promise<Slot>;
