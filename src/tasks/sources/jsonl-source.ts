import { createReadStream } from "node:fs";
import { DataError, throwIfAborted } from "../../core/index.js";
import { fileFailure } from "./file-failure.js";
import { linesOf, MAX_LINE_CHARS } from "./lines.js";
import { isRecord, type Source, type SourceRow } from "./source.js";

/** One JSON object a line, streamed; blank lines are skipped. `shown` is the file's name in messages. */
export function jsonlSource(path: string, shown: string): Source {
  return {
    name: shown,
    async *rows(signal) {
      throwIfAborted(signal);
      const stream = createReadStream(path, { encoding: "utf8", ...(signal && { signal }) });
      let line = 0;
      try {
        for await (const text of linesOf(stream)) {
          line += 1;
          if (text === undefined) throw tooLong(`${shown}:${line}`);
          if (text.trim() !== "") yield { row: parseLine(text, `${shown}:${line}`), origin: `${shown}:${line}` };
        }
      } catch (cause) {
        throw fileFailure(shown, cause);
      } finally {
        stream.destroy();
      }
    },
  };
}

function tooLong(origin: string): DataError {
  const message = `${origin}: the line is longer than ${MAX_LINE_CHARS} characters; put one JSON object on each line`;
  return new DataError(message, { code: "bad_row" });
}

function parseLine(text: string, origin: string): SourceRow["row"] {
  let row: unknown;
  try {
    row = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll("\n", " ").slice(0, 120) : "";
    throw new DataError(`${origin}: not JSON (${reason}); each line must be one JSON object`, {
      code: "bad_row",
      cause,
    });
  }
  if (!isRecord(row)) {
    throw new DataError(`${origin}: a JSON object is expected, not ${Array.isArray(row) ? "a list" : typeof row}`, {
      code: "bad_row",
    });
  }
  return row;
}
