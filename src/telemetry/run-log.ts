import { closeSync, openSync, writeSync } from "node:fs";
import { pino } from "pino";
import type { RunEvent } from "./events.js";

/** log.jsonl of a run: one line an event, for machines and post-mortems. */
export interface RunLog {
  record(event: RunEvent): void;
  close(): void;
}

/** Opens the file for appending. Writes are synchronous, so that the last words before a crash are in it. */
export function openRunLog(path: string): RunLog {
  const descriptor = openSync(path, "a");
  const logger = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void writeSync(descriptor, line) },
  );
  return {
    record: (event) => {
      if (event.kind === "rollout_progress") return;
      const { kind, ...facts } = event;
      if (kind === "notice" && event.level === "warn") logger.warn(facts, kind);
      else logger.info(summary(event), kind);
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
  const { kind: _kind, ...facts } = event;
  return facts;
}
