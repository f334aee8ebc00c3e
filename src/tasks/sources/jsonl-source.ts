import { createReadStream } from "node:fs";
import { DataError, throwIfAborted } from "../../core/index.js";
import { fileFailure } from "./file-failure.js";
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

/** Lines of a stream; unlike readline's own iterator it passes the stream's errors on to the reader. */
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
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
