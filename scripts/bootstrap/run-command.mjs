import { spawn } from "node:child_process";
import { constants } from "node:os";
import { explain, lastLines, SetupFailure } from "./failure.mjs";

const KEPT_CHARACTERS = 200_000;
const HEARTBEAT_MS = 15_000;
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A signal stopped the set-up. */
export function interrupted(signal) {
  return new SetupFailure(`stopped by ${signal}`, "run the same command again: what was half-made is mended", {
    code: "interrupted",
    exitCode: 128 + constants.signals[signal],
  });
}

/** Sends the signals that this process gets to `child`; tells which one came. */
function forwardSignals(child) {
  let got;
  const handlers = FORWARDED.map((signal) => {
    const handler = () => {
      got = signal;
      child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    return got;
  };
}

/**
 * Runs a command to its end without a shell and returns its output. While it is quiet for long, says that it is waited for.
 * @param {string} tool its name in words, for messages
 * @param {readonly string[]} command program and arguments
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, say?: (line: string) => void}} [options]
 * @returns {Promise<{code: number | null, stdout: string, stderr: string}>}
 */
export function capture(tool, command, options = {}) {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = forwardSignals(child);
    const kept = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8");
      // A dry-run's report comes on a file, so the end of the output is all that anybody reads.
      child[name].on("data", (text) => {
        kept[name] = (kept[name] + text).slice(-KEPT_CHARACTERS);
      });
    }
    const began = Date.now();
    const beat = setInterval(() => {
      const seconds = Math.round((Date.now() - began) / 1000);
      options.say?.(`  waiting for ${tool}: ${seconds} s ${lastLines(kept.stdout, 1).slice(0, 80)}`);
    }, HEARTBEAT_MS);
    child.on("error", (error) => {
      clearInterval(beat);
      stop();
      reject(explain(tool, String(error), null));
    });
    child.on("close", (code) => {
      clearInterval(beat);
      const signal = stop();
      if (signal !== undefined) reject(interrupted(signal));
      else resolve({ code, ...kept });
    });
  });
}

/** As {@link capture}, but a non-zero end is a SetupFailure that says what it means. */
export async function must(tool, command, options = {}) {
  const result = await capture(tool, command, options);
  if (result.code !== 0) throw explain(tool, `${result.stdout}\n${result.stderr}`, result.code);
  return result;
}

/**
 * Runs a command on this terminal, forwards signals, and returns the exit code it ended with (128 + n after a signal).
 * @param {readonly string[]} command
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<number>}
 */
export function handOver(command, options = {}) {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: "inherit" });
    const stop = forwardSignals(child);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      stop();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
