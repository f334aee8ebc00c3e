import { SandboxError } from "../core/index.js";
import type { SandboxLimits } from "./sandbox.js";
import type { RunOutcome } from "./verdict.js";

/** An outcome of which nothing is known. */
export const emptyOutcome: RunOutcome = {
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  channel: Buffer.alloc(0),
  exit: null,
  signal: null,
  deadline: false,
  oom: false,
  overflow: false,
  pids: false,
  disk: false,
  wallS: 0,
  cpuS: 0,
  waitedS: 0,
};

const maxChannelBytes = 64 * 1024;

/** Gathers the frames of a slot (S, o, e, v, X) into outcomes. Output beyond the limit is dropped here too. */
export class RunRecorder {
  readonly #maxBytes: number;
  readonly #done: RunOutcome[] = [];
  #parts: { o: Buffer[]; e: Buffer[]; v: Buffer[] } | undefined;
  #left = 0;
  #channelLeft = 0;
  #overflow = false;
  #beganAt = 0;

  constructor(limits: SandboxLimits) {
    this.#maxBytes = Math.round(limits.outputMb * 1024 * 1024);
  }

  get outcomes(): readonly RunOutcome[] {
    return this.#done;
  }

  /** Whether the current run printed more than it may. */
  get overflow(): boolean {
    return this.#overflow;
  }

  /** The run that has begun and not ended, as far as it is known. */
  get running(): RunOutcome | undefined {
    if (this.#parts === undefined) return undefined;
    const { o, e, v } = this.#parts;
    return {
      ...emptyOutcome,
      stdout: Buffer.concat(o),
      stderr: Buffer.concat(e),
      channel: Buffer.concat(v),
      overflow: this.#overflow,
      wallS: (performance.now() - this.#beganAt) / 1000,
    };
  }

  take(kind: string, payload: Buffer): void {
    if (kind === "S") this.#begin();
    else if (kind === "X") this.#end(payload);
    else if (kind === "o" || kind === "e") this.#output(kind, payload);
    else if (kind === "v") this.#channel(payload);
  }

  #begin(): void {
    this.#parts = { o: [], e: [], v: [] };
    this.#left = this.#maxBytes;
    this.#channelLeft = maxChannelBytes;
    this.#overflow = false;
    this.#beganAt = performance.now();
  }

  #output(kind: "o" | "e", payload: Buffer): void {
    const kept = payload.subarray(0, this.#left);
    this.#overflow ||= kept.length < payload.length;
    this.#left -= kept.length;
    // A copy: the frame is a view of a larger chunk.
    if (kept.length > 0) this.#parts?.[kind].push(Buffer.from(kept));
  }

  #channel(payload: Buffer): void {
    const kept = payload.subarray(0, this.#channelLeft);
    this.#channelLeft -= kept.length;
    this.#parts?.v.push(Buffer.from(kept));
  }

  #end(payload: Buffer): void {
    const running = this.running;
    if (running === undefined) throw new SandboxError("a slot ended a run that it had not begun");
    const told: Record<string, unknown> = JSON.parse(payload.toString("utf8"));
    const number = (name: string) => (typeof told[name] === "number" ? told[name] : null);
    this.#done.push({
      ...running,
      exit: number("exit"),
      signal: number("signal"),
      deadline: told.deadline === true,
      oom: told.oom === true,
      overflow: running.overflow || told.overflow === true,
      pids: told.pids === true,
      disk: told.disk === true,
      wallS: number("wall_s") ?? running.wallS,
      cpuS: number("cpu_s") ?? 0,
      waitedS: number("waited_s") ?? 0,
    });
    this.#parts = undefined;
  }
}
