import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Loss } from "./ticket.js";

/** What a local worker runs: a module for Node, or one for Python; either exports `handle`. */
export type WorkerProgram =
  | { readonly runtime: "node" /** `file:` URL. */; readonly module: string }
  | {
      readonly runtime: "python";
      readonly module: string;
      /** Interpreter that has `omni_engine` and pyzmq; asked when a worker is started. */
      readonly python: () => string;
    };

/** How a worker process finds its pool; it gets this as JSON in the variable OMNI_WORKER. */
export interface WorkerOrders {
  readonly address: string;
  readonly token: string;
  readonly kind: string;
  readonly module: string;
  readonly parentPid: number;
  readonly memoryMb: number;
}

const PAGE_BYTES = 4096;
const MIB = 1024 * 1024;
/** Memory is looked at every few milliseconds: what may be taken between two looks. */
const HEADROOM_MB = 64;
const KEPT_WORDS = 4_000;

/** How a worker process ended. */
export interface End {
  readonly loss: Loss;
  readonly reason: string;
  /** It did not end by itself. */
  readonly killed: boolean;
}

/** One worker process of ours: started, watched, killed. It gets no environment but PATH and its orders. */
export class LocalProcess {
  readonly #child: ChildProcess;
  readonly #memoryMb: number;
  #words = "";
  #killedFor: Loss | undefined;
  /** Settles when it has ended, with why; never rejects. */
  readonly ended: Promise<End>;
  /** Ended, or told to. */
  ending = false;

  constructor(program: WorkerProgram, orders: WorkerOrders) {
    this.#memoryMb = orders.memoryMb;
    const [command, args] = commandOf(program, orders.memoryMb);
    // No core dumps: a heap of half a gigabyte would be written before the next worker may start.
    this.#child = spawn("/bin/sh", ["-c", 'ulimit -c 0; exec "$@"', "sh", command, ...args], {
      env: { PATH: process.env.PATH ?? "", OMNI_WORKER: JSON.stringify(orders) },
      stdio: ["pipe", "ignore", "pipe"],
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stderr?.on("data", (data: Buffer) => {
      this.#words = (this.#words + data.toString("utf8")).slice(-KEPT_WORDS);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve({ loss: "died", reason: error.message, killed: false }));
      this.#child.once("close", (code, signal) => resolve(this.#explain(code, signal)));
    });
    void this.ended.then(() => {
      this.ending = true;
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** SIGKILL; nothing that runs in it can delay it. */
  kill(why: Loss): void {
    this.#killedFor ??= why;
    this.ending = true;
    this.#child.kill("SIGKILL");
  }

  /** Kills it when it outgrows its memory; whether more than half is taken otherwise (a look costs some microseconds). */
  outgrows(): "no" | "half" | "killed" {
    const rss = residentMb(this.pid);
    if (rss > this.#memoryMb - HEADROOM_MB) {
      this.kill("memory");
      return "killed";
    }
    return rss > this.#memoryMb / 2 ? "half" : "no";
  }

  #explain(code: number | null, signal: NodeJS.Signals | null): End {
    const killed = signal === "SIGKILL";
    const outgrown = `its worker needed more than ${this.#memoryMb} MB`;
    if (this.#killedFor === "memory") return { loss: "memory", reason: outgrown, killed };
    if (this.#killedFor !== undefined) return { loss: this.#killedFor, reason: "the pool ended its worker", killed };
    if (/heap out of memory|MemoryError/.test(this.#words)) return { loss: "memory", reason: outgrown, killed };
    const last =
      this.#words
        .trim()
        .split("\n")
        .at(-1)
        ?.replaceAll(/\p{Cc}/gu, " ")
        .trim()
        .slice(0, 300) ?? "";
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    return {
      loss: "died",
      reason: `the worker ended by ${how}${last === "" ? "" : `, last saying "${last}"`}`,
      killed,
    };
  }
}

/** Resident memory, MB; 0 where /proc does not tell: there the heap's own bound is all. */
function residentMb(pid: number): number {
  try {
    const [, resident = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return (Number(resident) * PAGE_BYTES) / MIB;
  } catch {
    return 0;
  }
}

function commandOf(program: WorkerProgram, memoryMb: number): [string, string[]] {
  if (program.runtime === "python") return [program.python(), ["-P", "-m", "omni_engine.verify.worker"]];
  // Run from sources (tests), the worker's modules need the hooks that the sources need.
  const fromSources = import.meta.url.endsWith(".ts");
  const hooks = fromSources ? ["--import", new URL("../../scripts/typescript/register.mjs", import.meta.url).href] : [];
  const main = fileURLToPath(new URL(fromSources ? "./node-worker.ts" : "./node-worker.js", import.meta.url));
  const heapMb = Math.max(32, Math.floor((memoryMb - HEADROOM_MB) * 0.75));
  return [process.execPath, ["--no-warnings", `--max-old-space-size=${heapMb}`, ...hooks, main]];
}
