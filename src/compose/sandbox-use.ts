import type { SandboxStats } from "../sandbox/sandbox.js";
import type { SandboxUse } from "../telemetry/index.js";

/** What metrics and reports tell of a sandbox, from its own counts. */
export function sandboxUse(stats: SandboxStats): SandboxUse {
  const { finished, verdicts, retries, rerunsAlone, slotsStarted, slotsRecycled } = stats;
  return {
    runs: finished,
    timeLimits: verdicts.time_limit ?? 0,
    memoryLimits: verdicts.memory_limit ?? 0,
    infrastructureErrors: verdicts.infrastructure_error ?? 0,
    ...{ retries, rerunsAlone, slotsStarted, slotsRecycled },
    queueS: stats.queueS.total,
    acquireS: stats.acquireS.total,
    runS: stats.runS.total,
    judgeS: stats.judgeS.total,
  };
}
