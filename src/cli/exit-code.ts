import type { OmniError } from "../core/index.js";

/** Exit codes of every command. */
export const exitCodes = {
  ok: 0,
  /** Something failed. */
  failure: 1,
  /** Wrong flags, config or data: nothing was begun. */
  usage: 2,
  /** Something that must be installed or running is not. */
  prerequisite: 3,
  /** A run stopped before its end; `omni resume` goes on with it. */
  resumable: 4,
  /** Interrupted; a run's state was saved before. */
  interrupted: 130,
} as const;

/** Exit code of a command that ended with this error. */
export function exitCodeOf(error: OmniError): number {
  switch (error.boundary) {
    case "config":
    case "data":
      return exitCodes.usage;
    case "prerequisite":
      return exitCodes.prerequisite;
    case "cancelled":
      return exitCodes.interrupted;
    default:
      return exitCodes.failure;
  }
}
