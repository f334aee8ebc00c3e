import { Readable } from "node:stream";
import { runCli } from "../../../src/cli/cli.js";

/** What a command said and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `omni` in this process, off a terminal. `interrupt` presses Ctrl-C when it fires. */
export async function omni(
  argv: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly stdin?: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
    readonly onStderr?: (text: string, interrupt: () => void) => void;
  } = {},
): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const interrupt = () => {
    for (const listener of listeners) listener();
  };
  const code = await runCli(argv, {
    stdin: () => Readable.from(options.stdin ?? []),
    stdout: { write: (text) => (stdout += text) },
    stderr: {
      write: (text) => {
        stderr += text;
        options.onStderr?.(stderr, interrupt);
      },
    },
    env: options.env ?? process.env,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return { code, stdout, stderr };
}
