import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `omni` of the built package. */
export interface RunningOmni {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
}

interface StartOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** In a process group of its own. */
  readonly group?: true;
}

/** Starts the built command line in a folder, with an environment of its own. */
export function startOmni(args: readonly string[], options: StartOptions): RunningOmni {
  const main = join(root, "dist/cli/main.js");
  if (!existsSync(main)) throw new Error(`${main} is missing: run npm run build first (npm test does)`);
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.group === true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** A moment of a command's life, as `kill-at.mjs` tells them. */
export interface Moment {
  /** Regular expression. */
  readonly match: string;
  /** Which of the moments that match; default: the first. */
  readonly nth?: number;
  /** A write is half done. */
  readonly torn?: true;
}

/** Runs it until this moment, at which SIGKILL takes its whole process group. */
export async function omniKilledAt(moment: Moment, args: readonly string[], options: { cwd: string }): Promise<Ended> {
  const env = {
    OMNI_TEST_KILL: JSON.stringify({ nth: 1, ...moment }),
    NODE_OPTIONS: `--import ${pathToFileURL(join(root, "test/support/kill-at.mjs")).href}`,
  };
  return startOmni(args, { ...options, env, group: true }).ended;
}

/** Runs it to its end. */
export function omni(args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<Ended> {
  return startOmni(args, options).ended;
}
