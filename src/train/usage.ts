import type { JudgeUse, SandboxUse, WorkerUse } from "../telemetry/index.js";
import type { RunContext, Usage } from "./run-context.js";

/** What rewards used in a step or an evaluation. */
export interface UsageSince {
  readonly sandboxRuns: number;
  /** Left out where no program ran. */
  readonly sandbox?: SandboxUse;
  /** Left out where nothing went to verify workers. */
  readonly workers?: WorkerUse;
  readonly judgeCalls: number;
  /** Left out where no judge was asked. */
  readonly judge?: JudgeUse;
}

/** What the sandbox ran, the verify workers did and the judge was asked since `before`. */
export function usageSince(run: RunContext, before: Usage): UsageSince {
  const now = run.usage();
  const sandbox = since(sandboxCounts, before.sandbox, now.sandbox);
  const workers = now.workers && since(workerCounts, before.workers, now.workers);
  const judge = now.judge && since(judgeCounts, before.judge, now.judge);
  return {
    sandboxRuns: sandbox.runs,
    ...(sandbox.runs > 0 && { sandbox }),
    ...(workers !== undefined && workers.jobs > 0 && { workers }),
    judgeCalls: now.judgeCalls - before.judgeCalls,
    ...(judge !== undefined && judge.calls > 0 && { judge }),
  };
}

type Counts<Name extends string> = Readonly<Record<Name, number>>;

/** The growth of each count; the names keep out what the source counts besides. */
function since<Name extends string>(
  names: Counts<Name>,
  before: Counts<Name> | undefined,
  now: Counts<Name>,
): Counts<Name> {
  const grown: Record<Name, number> = { ...names };
  for (const name in names) grown[name] = now[name] - (before?.[name] ?? 0);
  return grown;
}

const sandboxCounts: SandboxUse = {
  runs: 0,
  timeLimits: 0,
  memoryLimits: 0,
  infrastructureErrors: 0,
  retries: 0,
  rerunsAlone: 0,
  slotsStarted: 0,
  slotsRecycled: 0,
  queueS: 0,
  acquireS: 0,
  runS: 0,
  judgeS: 0,
};

const workerCounts: WorkerUse = {
  jobs: 0,
  deadlineKills: 0,
  memoryKills: 0,
  deaths: 0,
  retried: 0,
  quarantined: 0,
  masked: 0,
  infrastructureErrors: 0,
  waitS: 0,
  latencyS: 0,
};

const judgeCounts: JudgeUse = {
  calls: 0,
  attempts: 0,
  failedAttempts: 0,
  parseFailures: 0,
  failures: 0,
  cacheHits: 0,
  promptTokens: 0,
  completionTokens: 0,
  estimatedUsages: 0,
  costUsd: 0,
  bothOrders: 0,
  flips: 0,
  latencyMs: 0,
};
