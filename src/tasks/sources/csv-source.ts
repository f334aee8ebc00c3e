import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { DataError, throwIfAborted } from "../../core/index.js";
import { fileFailure } from "./file-failure.js";
import { isRecord, type Source } from "./source.js";

/** Comma-separated (or `delimiter`) with a header line; all values are text. Quoted fields may hold line ends. */
export function csvSource(path: string, shown: string, delimiter = ","): Source {
  return {
    name: shown,
    async *rows(signal) {
      throwIfAborted(signal);
      const stream = createReadStream(path, signal ? { signal } : {});
      const parser = parse({ bom: true, columns: true, delimiter, info: true, skip_empty_lines: true });
      stream.on("error", (error) => parser.destroy(error));
      stream.pipe(parser);
      // csv-parse counts the line a record ends at; messages name the one it starts at.
      let previousEnd = 1;
      try {
        for await (const parsed of parser as AsyncIterable<unknown>) {
          if (!isRecord(parsed) || !isRecord(parsed.record) || !isRecord(parsed.info)) continue;
          yield { row: parsed.record, origin: `${shown}:${previousEnd + 1}` };
          previousEnd = Number(parsed.info.lines);
        }
      } catch (cause) {
        if (cause instanceof CsvError) {
          const line = typeof cause.lines === "number" ? cause.lines : previousEnd;
          throw new DataError(`${shown}:${line}: not CSV (${cause.message}); mend the line`, {
            code: "bad_row",
            cause,
          });
        }
        throw fileFailure(shown, cause);
      } finally {
        stream.destroy();
        parser.destroy();
      }
    },
  };
}
