import type { RunContext, Usage } from "./run-context.js";

/** Sandbox runs and judge calls since `before`. */
export function usageSince(run: RunContext, before: Usage): { sandboxRuns: number; judgeCalls: number } {
  const now = run.usage();
  return { sandboxRuns: now.sandboxRuns - before.sandboxRuns, judgeCalls: now.judgeCalls - before.judgeCalls };
}
