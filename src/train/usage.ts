import type { JudgeUse, SandboxUse } from "../telemetry/index.js";
import type { RunContext, Usage } from "./run-context.js";

/** What rewards used in a step or an evaluation. */
export interface UsageSince {
  readonly sandboxRuns: number;
  /** Left out where no program ran. */
  readonly sandbox?: SandboxUse;
  readonly judgeCalls: number;
  /** Left out where no judge was asked. */
  readonly judge?: JudgeUse;
}

/** What the sandbox ran and the judge was asked since `before`. */
export function usageSince(run: RunContext, before: Usage): UsageSince {
  const now = run.usage();
  const judge = judgeSince(before.judge, now.judge);
  const sandbox = sandboxSince(before.sandbox, now.sandbox);
  return {
    sandboxRuns: sandbox.runs,
    ...(sandbox.runs > 0 && { sandbox }),
    judgeCalls: now.judgeCalls - before.judgeCalls,
    ...(judge !== undefined && judge.calls > 0 && { judge }),
  };
}

function sandboxSince(before: SandboxUse, now: SandboxUse): SandboxUse {
  const since = (name: keyof SandboxUse) => now[name] - before[name];
  return {
    runs: since("runs"),
    timeLimits: since("timeLimits"),
    memoryLimits: since("memoryLimits"),
    infrastructureErrors: since("infrastructureErrors"),
    retries: since("retries"),
    slotsStarted: since("slotsStarted"),
    slotsRecycled: since("slotsRecycled"),
    queueS: since("queueS"),
    acquireS: since("acquireS"),
    runS: since("runS"),
    judgeS: since("judgeS"),
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
