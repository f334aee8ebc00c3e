import { OmniError } from "../core/index.js";
import { oneLine } from "../telemetry/index.js";
import { exitCodeOf } from "./exit-code.js";
import { type Cli, say } from "./io.js";

/**
 * Tells an error: one line on stderr for each thing that is wrong and, with `--json`, one document
 * `{"error": {code, boundary, message, …}}` on stdout. Sets the exit code.
 * @param resume folder of a run that can be gone on with
 */
export function reportFailure(cli: Cli, thrown: unknown, options: { exitCode?: number; resume?: string } = {}): void {
  const error = OmniError.from(thrown);
  const message = fullDisk(thrown) ?? error.message;
  const { boundary, code, details } = error;
  cli.exitCode = options.exitCode ?? exitCodeOf(error);
  const word = boundary === "cancelled" ? "interrupted" : "error";
  for (const line of linesOf(error, message)) say(cli, `${word}: ${oneLine(line)}`);
  if (boundary === "internal" && cli.io.env.OMNI_DEBUG === undefined) {
    say(cli, "this looks like a defect of omni; OMNI_DEBUG=1 shows where it arose");
  }
  if (cli.io.env.OMNI_DEBUG !== undefined && error.stack !== undefined) say(cli, stackOf(thrown, error));
  if (options.resume !== undefined) say(cli, `resume with: omni resume ${options.resume}`);
  if (!cli.json) return;
  const resume = options.resume === undefined ? {} : { resume: options.resume };
  const document = { error: { code, boundary, message, details, ...resume }, exitCode: cli.exitCode };
  cli.io.stdout.write(`${JSON.stringify(document)}\n`);
}

function linesOf({ details }: OmniError, message: string): readonly string[] {
  const { issues } = details;
  return Array.isArray(issues) ? issues.map(String) : [message];
}

function stackOf(thrown: unknown, error: OmniError): string {
  return (thrown instanceof Error ? thrown.stack : error.stack) ?? error.message;
}

/** A full disk reaches us as many errors; the remedy is always the same. */
function fullDisk(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const code = "code" in error ? String(error.code) : "";
    if (!/ENOSPC|SQLITE_FULL|disk_full/.test(`${code} ${error.message}`)) continue;
    const place = "path" in error && typeof error.path === "string" ? `${error.path}: ` : "";
    return `${place}the disk is full (${oneLine(error.message)}); free some space, then run it again`;
  }
  return undefined;
}
