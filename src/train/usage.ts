import type { JudgeUse } from "../telemetry/index.js";
import type { RunContext, Usage } from "./run-context.js";

/** What rewards used in a step or an evaluation. */
export interface UsageSince {
  readonly sandboxRuns: number;
  readonly judgeCalls: number;
  /** Left out where no judge was asked. */
  readonly judge?: JudgeUse;
}

/** Sandbox runs and judge calls since `before`. */
export function usageSince(run: RunContext, before: Usage): UsageSince {
  const now = run.usage();
  const judge = judgeSince(before.judge, now.judge);
  return {
    sandboxRuns: now.sandboxRuns - before.sandboxRuns,
    judgeCalls: now.judgeCalls - before.judgeCalls,
    ...(judge !== undefined && judge.calls > 0 && { judge }),
  };
}

function judgeSince(before: JudgeUse | undefined, now: JudgeUse | undefined): JudgeUse | undefined {
  if (now === undefined) return undefined;
  const since = (name: keyof JudgeUse) => now[name] - (before?.[name] ?? 0);
  return {
    calls: since("calls"),
    attempts: since("attempts"),
    failedAttempts: since("failedAttempts"),
    parseFailures: since("parseFailures"),
    failures: since("failures"),
    cacheHits: since("cacheHits"),
    promptTokens: since("promptTokens"),
    completionTokens: since("completionTokens"),
    estimatedUsages: since("estimatedUsages"),
    costUsd: since("costUsd"),
    bothOrders: since("bothOrders"),
    flips: since("flips"),
    latencyMs: since("latencyMs"),
  };
}
