import type { Plan } from "./plan.js";
import type { RunRecorder } from "./run-recorder.js";
import type { SandboxLimits, Submission } from "./sandbox.js";
import type { RunOutcome } from "./verdict.js";

/** How a slot came to its end. */
export interface SlotEnd {
  /** Exit status of its first process; undefined when whoever ran it cannot tell (lost daemon). */
  readonly exit: number | undefined;
}

/** The open line to a slot's supervisor, both ways, for as long as the slot lives. */
export interface SlotLine {
  /** Sends bytes to it; resolves when there is room for more, at once when the slot has ended. */
  write(data: Buffer): Promise<void>;
  /** Hands every further frame to this listener, which takes the place of the one before. */
  listen(onFrame: (kind: string, payload: Buffer) => void): void;
  /** Settles once the line is closed and has been read to its end. Never rejects. */
  readonly ended: Promise<SlotEnd>;
  /** Ends the slot's processes with SIGKILL; what they wrote before is still read. */
  kill(): Promise<void>;
}

/** A place that runs one submission, once. */
export interface Slot {
  /** False once it has ended by itself. */
  readonly alive: boolean;
  /** For a conversation instead of {@link Slot.run}; undefined where the adapter has no such thing. */
  readonly line?: SlotLine;
  /** What the end of its line in the middle of a run makes of the runs so far. Rejects with SandboxError when it was lost. */
  explainEnd?(recorder: RunRecorder, overdue: boolean, exit: number | undefined): Promise<readonly RunOutcome[]>;
  /**
   * Runs the plan from its start and returns the outcomes in order: all of them, or the first few when a run had to be
   * ended together with the slot (the rest then needs another slot). Rejects with SandboxError when the slot was lost
   * through no fault of the program, with CancelledError when `signal` fired.
   */
  run(plan: Plan, limits: SandboxLimits, signal: AbortSignal): Promise<readonly RunOutcome[]>;
  /** Ends it and waits until nothing is left of it. Idempotent. */
  close(): Promise<void>;
}

/** Which slot is needed: what it is born with, and cannot be changed later. */
export interface SlotWant {
  readonly language: Submission["language"];
  readonly limits: SandboxLimits;
}

/** Starts slots of one kind; they wait for their submission. Rejects with SandboxError. */
export type StartSlot = (want: SlotWant, signal: AbortSignal) => Promise<Slot>;

/** Equal for two wants that the same slot could serve. */
export function slotKey({ language, limits }: SlotWant): string {
  return `${language} ${limits.memoryMb} ${limits.pids} ${limits.diskMb}`;
}
