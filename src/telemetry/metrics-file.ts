import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import type { RunEvent } from "./events.js";

/** metrics.jsonl of a run: one line a committed step or evaluation, each once, also over resumes. */
export interface MetricsFile {
  record(event: RunEvent): void;
}

/** Opens the file for appending; a line cut short by a crash is taken off. */
export function openMetricsFile(path: string): MetricsFile {
  const seen = new Set(existingLines(path).map(keyOf));
  return {
    record: (event) => {
      const line = lineOf(event);
      if (line === undefined || seen.has(keyOf(line))) return;
      appendFileSync(path, `${JSON.stringify(line)}\n`);
      seen.add(keyOf(line));
    },
  };
}

interface Line {
  readonly kind: string;
  readonly stepId?: unknown;
  readonly point?: unknown;
}

function lineOf(event: RunEvent): Line | undefined {
  if (event.kind === "step_committed") return { kind: "step", ...event.metrics };
  if (event.kind === "eval_finished") return { ...event, kind: "evaluation" };
  return undefined;
}

const keyOf = (line: Line) => `${line.kind} ${String(line.stepId ?? line.point)}`;

function existingLines(path: string): Line[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
  const lines = bytes.subarray(0, end).toString("utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line);
}
