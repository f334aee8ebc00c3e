import { getEventListeners } from "node:events";
import { throwIfAborted } from "../../core/index.js";
import type { Sandbox, SandboxResult, Submission } from "../sandbox.js";

/** How a sandbox bore many programs. */
export interface Load {
  /** Programs that passed, a second. */
  readonly perS: number;
  /** Programs that did not pass, though they should have; and the first of them. */
  readonly unpassed: number;
  readonly firstUnpassed?: string;
  /** Control plane: resident memory at a quarter of the way and at most after that, MB. */
  readonly memoryMb: { readonly early: number; readonly most: number };
  /** Open handles at a quarter of the way and at most after that. */
  readonly handles: { readonly early: number; readonly most: number };
}

/** What is put upon it. */
export interface LoadOptions {
  readonly sandbox: Sandbox;
  readonly name: string;
  readonly make: (index: number) => Submission;
  readonly count: number;
  readonly concurrency: number;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

const sayEveryMs = 10_000;
/** Programs that wait in the sandbox's queue, so that its memory is part of what is measured yet stays the same. */
const queued = 200;

/** Runs `count` programs, always some hundreds of them handed in. */
export async function measureLoad(options: LoadOptions): Promise<Load> {
  const { sandbox, name, make, count, concurrency, signal, onProgress } = options;
  const memory = new Watch(residentMb);
  const handles = new Watch(openHandles);
  const began = performance.now();
  const unpassed: SandboxResult[] = [];
  let [next, done, lost, saidAt] = [0, 0, 0, began];
  const perS = () => ((done - lost) / (performance.now() - began)) * 1000;
  const feed = async () => {
    for (let index = next++; index < count; index = next++) {
      throwIfAborted(signal);
      const result = await sandbox.run(make(index), { signal });
      done += 1;
      if (result.verdict !== "passed") lost += 1;
      if (result.verdict !== "passed" && unpassed.length === 0) unpassed.push(result);
      memory.look(done / count);
      handles.look(done / count);
      if (performance.now() - saidAt < sayEveryMs) continue;
      saidAt = performance.now();
      onProgress(`${name}: ${done} of ${count}, ${perS().toFixed(1)}/s, ${residentMb()} MB, ${openHandles()} handles`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency + queued) }, feed));
  const [first] = unpassed;
  return {
    ...{ perS: perS(), unpassed: lost, memoryMb: memory.seen, handles: handles.seen },
    ...(first && { firstUnpassed: `${first.id}: ${first.verdict} ${first.stderr.slice(0, 500)}`.trim() }),
  };
}

/** What a process holds that a leak would add to. */
export interface Listeners {
  readonly handles: number;
  /** On the caller's signal and on the process. */
  readonly listeners: number;
}

/** What this process holds now. */
export function listenersOf(signal: AbortSignal): Listeners {
  const ofProcess = process.eventNames().map((name) => process.listenerCount(name));
  const listeners = ofProcess.reduce((sum, count) => sum + count, getEventListeners(signal, "abort").length);
  return { handles: openHandles(), listeners };
}

const residentMb = () => Math.round(process.memoryUsage.rss() / 1024 / 1024);
/** Timers aside: they come and go. */
const openHandles = () => process.getActiveResourcesInfo().filter((name) => name !== "Timeout").length;

/** A measure at a quarter of the way, and its highest value after that. */
class Watch {
  readonly #measure: () => number;
  #early = 0;
  #most = 0;

  constructor(measure: () => number) {
    this.#measure = measure;
  }

  look(share: number): void {
    const now = this.#measure();
    if (share <= 0.25) this.#early = now;
    else this.#most = Math.max(this.#most, now);
  }

  get seen(): { readonly early: number; readonly most: number } {
    return { early: this.#early, most: this.#most };
  }
}
