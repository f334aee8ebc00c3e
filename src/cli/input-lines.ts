import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { CancelledError, DataError } from "../core/index.js";
import { linesOf } from "../tasks/index.js";
import type { Cli } from "./io.js";

const remedies: Readonly<Record<string, string>> = {
  ENOENT: "no such file; name one, or - for stdin",
  EISDIR: "is a folder; name a file, or - for stdin",
};

/**
 * The lines of a file, or of stdin for `-`, each with its place `file:line`; blank ones are left out. A line that is too
 * long has no text. Throws DataError for a file that cannot be read, CancelledError when the signal fires.
 */
export async function* inputLines(
  cli: Cli,
  input: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly text: string | undefined; readonly origin: string }> {
  const name = input === "-" ? "stdin" : input;
  const stream: Readable = input === "-" ? cli.io.stdin() : createReadStream(input);
  const stop = () => stream.destroy(new CancelledError("interrupted"));
  signal.addEventListener("abort", stop, { once: true });
  let line = 0;
  try {
    for await (const text of linesOf(stream)) {
      line += 1;
      if (text === undefined || text.trim() !== "") yield { text, origin: `${name}:${line}` };
    }
  } catch (cause) {
    if (cause instanceof CancelledError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new DataError(`${name}: ${remedies[code] ?? `cannot be read (${code})`}`, { code: "no_input", cause });
  } finally {
    signal.removeEventListener("abort", stop);
    stream.destroy();
  }
}
