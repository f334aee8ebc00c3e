import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { CancelledError, SandboxError, throwIfAborted } from "../core/index.js";
import { withSignal } from "./abort.js";
import { spawnEmbeddedChild } from "./embedded-child.js";
import { pyodideSnapshot } from "./embedded-snapshot.js";
import { frameReader } from "./frames.js";
import type { Plan } from "./plan.js";
import { type ProcessUsage, processUsage } from "./process-usage.js";
import { RunRecorder } from "./run-recorder.js";
import type { SandboxLimits } from "./sandbox.js";
import type { Slot, SlotWant } from "./slot.js";
import type { RunOutcome } from "./verdict.js";

const startDeadlineMs = 60_000;
const pollMs = 40;
const pageBytes = 4096;
const noNonce = Buffer.alloc(16);

/** Why we ended a child in the middle of a run. */
type Ending = "deadline" | "cpu" | "oom" | "overflow" | "forged";

/** Starts one child process with Pyodide loaded and waiting. Rejects with SandboxError (retryable). */
export async function startEmbeddedSlot({ limits }: SlotWant, signal: AbortSignal): Promise<Slot> {
  const snapshot = await pyodideSnapshot();
  throwIfAborted(signal);
  const slot = new EmbeddedSlot(spawnEmbeddedChild(limits.memoryMb, snapshot));
  try {
    await withSignal(slot.ready, AbortSignal.any([signal, AbortSignal.timeout(startDeadlineMs)]));
    return slot;
  } catch (error) {
    await slot.close();
    if (signal.aborted) throw new CancelledError("cancelled", { cause: error });
    const message = error instanceof Error ? error.message : String(error);
    throw new SandboxError(`the embedded sandbox did not start: ${message}`, { retryable: true, cause: error });
  }
}

class EmbeddedSlot implements Slot {
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  readonly ready: Promise<void>;
  #nonce = noNonce;
  #onFrame: (kind: string, payload: Buffer) => void = () => {};
  #onForgery: () => void = () => {};
  #ended = false;
  #errors = "";
  #baseRssMb = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      const end = () => {
        this.#ended = true;
        resolve();
      };
      child.once("error", (error) => {
        this.#errors += error.message;
        end();
      });
      // All of the channel has been read then.
      child.once("close", end);
    });
    child.stdin?.on("error", () => undefined);
    child.stderr?.on("data", (data: Buffer) => {
      if (this.#errors.length < 2000) this.#errors += data.toString("utf8");
    });
    const channel = child.stdio[3];
    const frames = frameReader({ headerBytes: 21, lengthAt: 17, maxBytes: 1 << 28 }, (header, payload) => {
      if (!header.subarray(0, 16).equals(this.#nonce)) throw new RangeError("a frame without the nonce");
      this.#onFrame(String.fromCharCode(header[16] ?? 0), payload);
    });
    if (channel instanceof Duplex) {
      channel.on("error", () => undefined);
      channel.on("data", (data: Buffer) => {
        try {
          if (!this.#ended) frames(data);
        } catch {
          this.#onForgery();
        }
      });
    }
    this.ready = new Promise((resolve, reject) => {
      this.#onFrame = (kind) => {
        if (kind !== "R") return;
        this.#baseRssMb = this.#rssMb() ?? 0;
        resolve();
      };
      void this.#exit.then(() => reject(new Error(this.#errors.trim().slice(-500) || "it ended")));
    });
    this.ready.catch(() => undefined);
  }

  get alive(): boolean {
    return !this.#ended;
  }

  /** Resident memory, MB; undefined where /proc does not tell. */
  #rssMb(): number | undefined {
    try {
      const [, resident = ""] = readFileSync(`/proc/${this.#child.pid}/statm`, "utf8").split(" ");
      return (Number(resident) * pageBytes) / 1024 / 1024;
    } catch {
      return undefined;
    }
  }

  async run(plan: Plan, limits: SandboxLimits, signal: AbortSignal): Promise<readonly RunOutcome[]> {
    const recorder = new RunRecorder(limits);
    let ending: Ending | undefined;
    let deadline = Number.POSITIVE_INFINITY;
    let before = processUsage(this.#child.pid);
    let used = { cpuS: 0, waitedS: 0 };
    const end = (why: Ending) => {
      ending ??= why;
      this.#child.kill("SIGKILL");
    };
    this.#onForgery = () => end("forged");
    this.#nonce = randomBytes(16);
    const done = new Promise<void>((resolve) => {
      this.#onFrame = (kind, payload) => {
        if (ending !== undefined) return;
        recorder.take(kind, payload);
        if (kind === "S") {
          deadline = performance.now() + limits.wallS * 1000;
          before = processUsage(this.#child.pid);
        }
        if (kind === "X") deadline = Number.POSITIVE_INFINITY;
        if (recorder.overflow) end("overflow");
        if (kind === "Z") resolve();
      };
    });
    const watch = setInterval(() => {
      const { cpuS, waitedS } = processUsage(this.#child.pid);
      used = { cpuS: cpuS - before.cpuS, waitedS: waitedS - before.waitedS };
      if (performance.now() > deadline) end("deadline");
      else if (deadline < Number.POSITIVE_INFINITY && used.cpuS >= limits.cpuS) end("cpu");
      else if ((this.#rssMb() ?? 0) > this.#baseRssMb + limits.memoryMb) end("oom");
    }, pollMs);
    try {
      this.#child.stdin?.write(encodeJob(plan, this.#nonce));
      await withSignal(Promise.race([done, this.#exit]), signal);
    } finally {
      clearInterval(watch);
      this.#child.kill("SIGKILL");
    }
    await this.#exit;
    if (recorder.outcomes.length === 0 && recorder.running === undefined) {
      const why = `${ending ?? ""} ${this.#errors.trim().slice(-500)}`.trim();
      throw new SandboxError(`the embedded sandbox's process ended before its first run ${why}`, { retryable: true });
    }
    return this.#outcomes(recorder, ending, used);
  }

  #outcomes(recorder: RunRecorder, ending: Ending | undefined, used: ProcessUsage): readonly RunOutcome[] {
    const running = recorder.running;
    if (running === undefined) return recorder.outcomes;
    const told = {
      ...used,
      deadline: ending === "deadline",
      oom: ending === "oom",
      overflow: ending === "overflow",
      signal: ending === undefined || ending === "forged" ? 9 : null,
    };
    return [...recorder.outcomes, { ...running, ...told }];
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}

function encodeJob(plan: Plan, nonce: Buffer): Buffer {
  const job =
    plan.kind === "programs"
      ? { nonce: nonce.toString("hex"), harness: null, code: plan.code, stdins: plan.stdins }
      : { nonce: nonce.toString("hex"), harness: plan.job };
  const body = Buffer.from(JSON.stringify(job));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
