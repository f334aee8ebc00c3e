import type { WorkerUse } from "../telemetry/index.js";
import type { WorkerStats } from "../workers/workers.js";

/** What metrics and reports tell of the verify workers, from their own counts. */
export function workerUse({ outcomes, deaths, retried, quarantined, waitMs, latencyMs }: WorkerStats): WorkerUse {
  return {
    jobs: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    deadlineKills: outcomes.timed_out,
    memoryKills: outcomes.out_of_memory,
    ...{ deaths, retried, quarantined },
    masked: outcomes.masked,
    infrastructureErrors: outcomes.infrastructure,
    waitS: waitMs.total / 1000,
    latencyS: latencyMs.total / 1000,
  };
}
