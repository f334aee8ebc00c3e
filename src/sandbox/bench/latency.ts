import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxError } from "../../core/index.js";
import type { Sandbox, Submission } from "../sandbox.js";
import { expectSum } from "./rivals.js";

/** One program at a time in a container that waits for it, against `python3` on this host; medians, seconds. */
export interface Latency {
  readonly warmP50S: number;
  readonly plainP50S: number;
  readonly overheadP50S: number;
}

/** Measures `count` programs each way, in turns so that both meet the same moments of the machine. */
export async function measureLatency(
  sandbox: Sandbox,
  make: (index: number) => Submission,
  source: string,
  count: number,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (line: string) => void },
): Promise<Latency> {
  onProgress(`latency: ${count} programs each way, one at a time`);
  const warm = async (index: number) => {
    const { verdict, stderr } = await sandbox.run(make(index), { signal });
    if (verdict !== "passed") throw new SandboxError(`program ${index}: ${verdict} ${stderr}`);
  };
  const plain = (index: number) =>
    expectSum(spawn(hostPython, ["-c", source], { stdio: ["pipe", "pipe", "ignore"] }), index);
  const seconds = { warm: [] as number[], plain: [] as number[] };
  for (let index = 0; index < count; index++) {
    await idle(sandbox, signal);
    seconds.warm.push(await timed(() => warm(index)));
    await idle(sandbox, signal);
    seconds.plain.push(await timed(() => plain(index)));
  }
  const [warmP50S, plainP50S] = [median(seconds.warm), median(seconds.plain)];
  return { warmP50S, plainP50S, overheadP50S: warmP50S - plainP50S };
}

/** The system's own where there is one: a version manager's shim would be measured with it. */
const hostPython = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** Until the containers that are started ahead have had time to start. */
async function idle(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  while (sandbox.stats().running > 0) await delay(10, undefined, { signal });
  await delay(400, undefined, { signal });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
