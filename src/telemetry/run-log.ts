import { closeSync, openSync, writeSync } from "node:fs";
import { pino } from "pino";
import type { RunEvent } from "./events.js";

/** log.jsonl of a run: one line an event, for machines and post-mortems. */
export interface RunLog {
  /** `at`: when it happened, where that was before now. */
  record(event: RunEvent, at?: Date): void;
  close(): void;
}

/** Opens the file for appending. Writes are synchronous, so that the last words before a crash are in it. */
export function openRunLog(path: string): RunLog {
  const descriptor = openSync(path, "a");
  let happened: Date | undefined;
  const logger = pino(
    {
      base: null,
      timestamp: () => `,"time":"${(happened ?? new Date()).toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => void writeSync(descriptor, line) },
  );
  return {
    record: (event, at) => {
      if (event.kind === "rollout_progress") return;
      happened = at;
      const isWarning = event.kind === "notice" && event.level === "warn";
      logger[isWarning ? "warn" : "info"](summary(event), event.kind);
    },
    close: () => closeSync(descriptor),
  };
}

/** Steps and evaluations stand in metrics.jsonl in full; the log names them. */
function summary(event: RunEvent): object {
  if (event.kind === "step_committed") {
    const { stepId, weightsVersion, replayed } = event.metrics;
    return { stepId, weightsVersion, replayed };
  }
  if (event.kind === "eval_finished") {
    return { point: event.point, weightsVersion: event.weightsVersion, seconds: event.seconds };
  }
  // The level of a notice is the line's own.
  if (event.kind === "notice") return { message: event.message };
  const { kind: _kind, ...facts } = event;
  return facts;
}
