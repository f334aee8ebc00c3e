import type { Readable } from "node:stream";
import type { TextOutput } from "../telemetry/index.js";

/** Where a command reads and writes; a test hands in its own. */
export interface CliIo {
  /** Opened only by a command that reads it. */
  readonly stdin: () => Readable;
  /** Data only. */
  readonly stdout: TextOutput;
  /** False once nobody reads stdout any more; undefined = somebody always does. */
  readonly isHeard?: () => boolean;
  /** Everything else. */
  readonly stderr: TextOutput;
  readonly env: NodeJS.ProcessEnv;
  /** Subscribes to Ctrl-C and SIGTERM; returns the end of the subscription. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

/** One invocation: its streams, whether it answers in JSON, and the exit code that its command sets. */
export interface Cli {
  readonly io: CliIo;
  readonly json: boolean;
  exitCode: number;
}

/** Puts the result on stdout: one JSON document with `--json`, else the text. */
export function answer(cli: Cli, data: unknown, text: () => string): void {
  const written = cli.json ? JSON.stringify(data) : text();
  cli.io.stdout.write(written.endsWith("\n") ? written : `${written}\n`);
}

/** Says something to the person at the terminal, on stderr. */
export function say(cli: Cli, line: string): void {
  cli.io.stderr.write(`${line}\n`);
}
