import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CancelledError, OmniError, throwIfAborted } from "../core/index.js";
import type { OrderingBound, OrderingWeights } from "../schedule/index.js";
import type { OrderingJob } from "./ordering-child.js";

/** How far a search has come. */
export interface OrderingProgress {
  /** No order is better than this. */
  readonly bound: number;
  /** Value of the best order so far. */
  readonly value: number;
  /** Branch-and-bound nodes looked at. */
  readonly nodes: number;
}

/** Settings of {@link solveOrdering}. */
export interface SolveOptions {
  readonly timeLimitS: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** About once a second. */
  readonly onProgress?: (progress: OrderingProgress) => void;
}

/** A solver that overstays its limit by this much has hung in one linear program, and is killed. */
const graceS = 30;

/**
 * Solves a linear ordering instance with HiGHS in a process of its own, which cannot block this one.
 * @throws CancelledError when `signal` fires (the process is killed); OmniError `solver_lost` when it dies
 */
export async function solveOrdering(weights: OrderingWeights, options: SolveOptions): Promise<OrderingBound> {
  throwIfAborted(options.signal);
  const child = fork(childPath(), {
    execArgv: ["--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let stderr = "";
  child.stderr?.on("data", (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-2_000);
  });
  const overdue = setTimeout(() => child.kill("SIGKILL"), (options.timeLimitS + graceS) * 1000);
  const stop = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<OrderingBound>((resolve, reject) => {
      child.once("error", reject);
      child.on("message", (told: { readonly state?: OrderingProgress; readonly result?: OrderingBound }) => {
        if (told.state !== undefined) options.onProgress?.(told.state);
        if (told.result !== undefined) resolve(told.result);
      });
      child.once("exit", (code, signal) => {
        if (options.signal?.aborted) return reject(new CancelledError("the search for an order was stopped"));
        const last = stderr.trim().split("\n").at(-1) ?? "";
        const message = `the ordering solver ended early (${signal ?? code}) ${last}; try a shorter --time-limit`;
        reject(new OmniError("internal", message, { code: "solver_lost" }));
      });
      const job: OrderingJob = { weights, timeLimitS: options.timeLimitS, seed: options.seed };
      child.send(job);
    });
  } finally {
    clearTimeout(overdue);
    options.signal?.removeEventListener("abort", stop);
    child.kill("SIGKILL");
  }
}

/** The compiled program, also where this module runs from its source (tests): Node runs no TypeScript. */
function childPath(): string {
  const beside = fileURLToPath(new URL("./ordering-child.js", import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL("../../dist/solver/ordering-child.js", import.meta.url));
}
