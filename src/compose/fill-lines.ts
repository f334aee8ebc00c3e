import { appendFile, open, readFile, truncate } from "node:fs/promises";
import { DataError, OmniError } from "../core/index.js";
import { inOrder } from "./in-order.js";
import type { NumberedLine } from "./reward.js";

/** What became of the lines of a file that is filled in. */
export interface FillSummary {
  /** Lines written now, found written by an earlier call, and left out for a mistake or a failure. */
  readonly made: number;
  readonly known: number;
  readonly failed: number;
}

type Row = Readonly<Record<string, unknown>>;

/** Settings of {@link fillLines}. */
export interface FillOptions {
  readonly lines: AsyncIterable<NumberedLine>;
  /** JSONL; it is appended to, and lines that are there are not made again. */
  readonly output: string;
  /** The field that is added; a row that has it is replaced. */
  readonly field: string;
  readonly make: (row: Row) => Promise<unknown>;
  /** Lines under way at once. */
  readonly window: number;
  readonly onLine: (made: FillSummary) => void;
  /** Told `file:line: why` of a line that is left out. */
  readonly onFailure: (message: string) => void;
}

/**
 * Adds a field to each row of a file of JSON lines and appends the rows to another in the order of the first. Ended at any
 * time, the next call makes only what is missing. Throws DataError for an output that cannot be read or written, and what
 * `make` throws when cancelled.
 */
export async function fillLines(options: FillOptions): Promise<FillSummary> {
  const { lines, output, field, make, window, onLine, onFailure } = options;
  const there = await rowsThere(output, field);
  let count: FillSummary = { made: 0, known: 0, failed: 0 };
  const fill = async ({ text, origin }: NumberedLine) => {
    try {
      const { [field]: _, ...row } = parse(text, origin);
      if (there.has(JSON.stringify(row))) return { known: true } as const;
      return { known: false, line: `${JSON.stringify({ ...row, [field]: await make(row) })}\n` } as const;
    } catch (error) {
      const failure = OmniError.from(error);
      if (failure.boundary === "cancelled" || failure.boundary === "internal") throw error;
      return {
        failed: failure.message.startsWith(origin) ? failure.message : `${origin}: ${failure.message}`,
      } as const;
    }
  };
  for await (const filled of inOrder(lines, fill, window)) {
    if ("failed" in filled) {
      count = { ...count, failed: count.failed + 1 };
      onFailure(filled.failed);
    } else if (filled.known) count = { ...count, known: count.known + 1 };
    else {
      await appendFile(output, filled.line);
      count = { ...count, made: count.made + 1 };
    }
    onLine(count);
  }
  return count;
}

/** The rows that an earlier call wrote, without the field; a last line that was cut off is removed. */
async function rowsThere(output: string, field: string): Promise<ReadonlySet<string>> {
  try {
    await (await open(output, "a")).close();
    const bytes = await readFile(output);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < bytes.length) await truncate(output, whole);
    const lines = bytes.subarray(0, whole).toString("utf8").split("\n");
    return new Set(
      lines.flatMap((line, at) => {
        if (line === "") return [];
        const { [field]: made, ...row } = parse(line, `${output}:${at + 1}`);
        return made === undefined ? [] : [JSON.stringify(row)];
      }),
    );
  } catch (cause) {
    if (cause instanceof OmniError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new DataError(`${output}: cannot be written (${code}); name a file in a folder that you may write to`, {
      code: "no_output",
      cause,
    });
  }
}

function parse(text: string | undefined, origin: string): Row {
  let row: unknown;
  try {
    row = JSON.parse(text ?? "");
  } catch (cause) {
    throw new DataError(`${origin}: not JSON; each line must be one JSON object`, { code: "bad_line", cause });
  }
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Row;
  throw new DataError(`${origin}: a JSON object is expected`, { code: "bad_line" });
}
