import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { EngineError, type OmniError, PrerequisiteError } from "../core/index.js";

/** How a launched server ended. */
export interface EngineExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It never ran. */
  readonly error?: Error;
}

/** The error that calls fail with after a server has died under them. */
export function explainExit(exit: EngineExit, logFile: string, logStart: number): EngineError {
  const hint = exit.signal === "SIGKILL" ? " (the system kills what outgrows its memory)" : "";
  const said = lastLine(logFile, logStart);
  const message = `the engine ended by ${how(exit)}${hint}${said}; see ${logFile}, then continue with omni resume`;
  const details = { exitCode: exit.code, signal: exit.signal, logFile };
  return new EngineError(message, { code: "engine_lost", details });
}

/** The error for a server that ended before it ever answered. */
export function explainStart(exit: EngineExit, python: string, logFile: string, logStart: number): OmniError {
  if (exit.error !== undefined) {
    return new PrerequisiteError(`Python cannot be started (${exit.error.message}): run omni setup`, {
      code: "no_python",
      cause: exit.error,
    });
  }
  const missing = /No module named '?([\w.]+)'?/.exec(logTail(logFile, logStart).join("\n"))?.[1];
  if (missing !== undefined) {
    return new PrerequisiteError(`${python} has no package ${missing}: run omni setup`, { code: "no_server" });
  }
  const details = { exitCode: exit.code, signal: exit.signal, logFile, log: logTail(logFile, logStart) };
  return new EngineError(`the engine did not start, ${how(exit)}${lastLine(logFile, logStart)}; see ${logFile}`, {
    code: "engine_start",
    details,
  });
}

/** Where a log will be appended to: its size now, 0 if there is none; bytes. */
export function logSize(logFile: string): number {
  return statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
}

const TAIL_BYTES = 8_192;
const TAIL_LINES = 20;

/** The last lines written since `from` (bytes), without control characters. */
function logTail(logFile: string, from: number): string[] {
  let log: number;
  try {
    log = openSync(logFile, "r");
  } catch {
    return [];
  }
  try {
    const start = Math.max(from, fstatSync(log).size - TAIL_BYTES);
    const buffer = Buffer.alloc(TAIL_BYTES);
    const text = buffer.subarray(0, readSync(log, buffer, 0, TAIL_BYTES, start)).toString();
    const lines = text.split("\n").map((line) => line.replaceAll(/\p{Cc}/gu, " ").trimEnd());
    return lines.filter((line) => line !== "").slice(-TAIL_LINES);
  } finally {
    closeSync(log);
  }
}

function lastLine(logFile: string, from: number): string {
  const line = logTail(logFile, from).at(-1);
  return line === undefined ? "" : `, last saying "${line.trim().slice(0, 200)}"`;
}

function how({ code, signal, error }: EngineExit): string {
  if (error !== undefined) return error.message;
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
