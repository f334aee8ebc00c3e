import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { OmniError, SandboxError, throwIfAborted } from "../core/index.js";
import { assetPath } from "./assets.js";
import { imageReference } from "./docker-daemon.js";
import type { Sandbox, Submission } from "./sandbox.js";

/** What is measured. */
export interface BenchOptions {
  readonly sandbox: Sandbox;
  /** Programs of each kind. */
  readonly count: number;
  /** Programs at a time, of whatever is measured. */
  readonly concurrency: number;
  /** Also measures one-shot `docker run`, with this image. */
  readonly image?: string;
  /** Also measures llm-sandbox: a python3 that has it. */
  readonly llmSandboxPython?: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Rates are programs a second, latencies seconds; null where something was not measured. */
export interface BenchResult {
  readonly count: number;
  readonly concurrency: number;
  readonly stdioPerS: number;
  readonly testsPerS: number;
  /** One program at a time in a container that waits for it, against `python3` on this host. */
  readonly warmP50S: number;
  readonly plainP50S: number;
  readonly overheadP50S: number;
  readonly oneShotPerS: number | null;
  readonly llmSandboxPerS: number | null;
  /** Control plane: resident memory at a quarter of the way and at most after that, MB. */
  readonly memoryMb: { readonly early: number; readonly most: number };
  /** Open handles before the programs and after them. */
  readonly handles: { readonly before: number; readonly after: number };
  readonly infrastructureErrors: number;
}

const source = "a, b = map(int, input().split())\nprint(a + b)";

function stdio(index: number): Submission {
  const tests = { kind: "stdio", cases: [{ stdin: `${index} 1\n`, stdout: `${index + 1}\n` }] } as const;
  return { id: String(index), language: "python", code: source, tests };
}

function asserts(index: number): Submission {
  const tests = { kind: "asserts", code: `assert add(${index}, 1) == ${index + 1}\nassert add(0, 0) == 0` } as const;
  return { id: String(index), language: "python", code: "def add(a, b):\n    return a + b", tests };
}

/** Measures the sandbox beside what else there is, one after the other in the same run. Throws SandboxError when a program does not pass. */
export async function benchSandbox(options: BenchOptions): Promise<BenchResult> {
  const { sandbox, count, concurrency, signal, onProgress } = options;
  const pass = (make: (index: number) => Submission) => async (index: number) => {
    const result = await sandbox.run(make(index), { signal });
    if (result.verdict !== "passed") throw new SandboxError(`program ${index}: ${result.verdict} ${result.stderr}`);
  };
  await pass(stdio)(0);
  await pass(asserts)(0);
  const memory = new MemoryWatch();
  const before = handles();
  const stdioPerS = await rate("stdio", count, concurrency, options, pass(stdio), (done) => memory.look(done / count));
  const after = handles();
  const testsPerS = await rate("tests", count, concurrency, options, pass(asserts));
  onProgress("latency of a warm container");
  const few = Math.min(count, 30);
  const [warmP50S = 0, plainP50S = 0] = await medians(few, [pass(stdio), plainPython], () => idle(sandbox, signal));
  const rivals = Math.min(count, 40);
  const { image, llmSandboxPython } = options;
  const oneShotPerS =
    image === undefined
      ? null
      : await rate("docker run", rivals, concurrency, options, (index) => oneShot(image, index));
  const llmSandboxPerS =
    image === undefined || llmSandboxPython === undefined
      ? null
      : await llmSandbox(llmSandboxPython, image, rivals, concurrency, options);
  return {
    ...{ count, concurrency, stdioPerS, testsPerS, warmP50S, plainP50S, overheadP50S: warmP50S - plainP50S },
    ...{ oneShotPerS, llmSandboxPerS, memoryMb: memory.seen, handles: { before, after } },
    infrastructureErrors: sandbox.stats().verdicts.infrastructure_error ?? 0,
  };
}

type Reporting = Pick<BenchOptions, "onProgress" | "signal">;

async function rate(
  name: string,
  count: number,
  concurrency: number,
  { onProgress, signal }: Reporting,
  work: (index: number) => Promise<unknown>,
  look: (done: number) => void = () => {},
): Promise<number> {
  const began = performance.now();
  let next = 0;
  let done = 0;
  let saidAt = began;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      throwIfAborted(signal);
      await work(index);
      done += 1;
      look(done);
      if (performance.now() - saidAt < 5_000) continue;
      saidAt = performance.now();
      onProgress(`${name}: ${done} of ${count}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / ((performance.now() - began) / 1000);
}

/** Median seconds of each work, taken in turns so that all meet the same moments of the machine. */
async function medians(
  count: number,
  works: readonly ((index: number) => Promise<unknown>)[],
  pause: () => Promise<unknown>,
): Promise<number[]> {
  const seconds = works.map((): number[] => []);
  for (let index = 0; index < count; index++) {
    for (const [which, work] of works.entries()) {
      await pause();
      const began = performance.now();
      await work(index);
      seconds[which]?.push((performance.now() - began) / 1000);
    }
  }
  return seconds.map((each) => each.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0);
}

/** Until the containers that are started ahead have had time to start. */
async function idle(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  while (sandbox.stats().running > 0) await delay(10, undefined, { signal });
  await delay(400, undefined, { signal });
}

/** The system's own where there is one: a version manager's shim would be measured with it. */
const hostPython = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

async function plainPython(index: number): Promise<void> {
  await expectSum(spawn(hostPython, ["-c", source], { stdio: ["pipe", "pipe", "ignore"] }), index);
}

async function oneShot(image: string, index: number): Promise<void> {
  const limits = ["--network", "none", "--memory", "288m", "--pids-limit", "64", "--read-only", "--cap-drop", "ALL"];
  const args = ["run", "--rm", "-i", ...limits, imageReference(image), "python3", "-c", source];
  await expectSum(spawn("docker", args, { stdio: ["pipe", "pipe", "ignore"] }), index);
}

async function expectSum(child: ReturnType<typeof spawn>, index: number): Promise<void> {
  let out = "";
  child.stdout?.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stdin?.end(`${index} 1\n`);
  await once(child, "close");
  if (out !== `${index + 1}\n`) throw new SandboxError(`${child.spawnargs.join(" ")} answered ${JSON.stringify(out)}`);
}

async function llmSandbox(
  python: string,
  image: string,
  count: number,
  concurrency: number,
  { onProgress, signal }: Reporting,
): Promise<number> {
  onProgress(`llm-sandbox: ${count}`);
  const args = [assetPath("bench/llm_sandbox_rate.py"), imageReference(image), String(count), String(concurrency)];
  try {
    return Number((await promisify(execFile)(python, args, { signal })).stdout);
  } catch (cause) {
    throwIfAborted(signal);
    throw new SandboxError(`llm-sandbox failed: ${OmniError.from(cause).message.trim().split("\n").at(-1)}`, { cause });
  }
}

const handles = () => process.getActiveResourcesInfo().length;

/** Resident memory of this process over a long run. */
class MemoryWatch {
  #early = 0;
  #most = 0;

  look(share: number): void {
    const now = process.memoryUsage.rss() / 1024 / 1024;
    if (share <= 0.25) this.#early = now;
    else this.#most = Math.max(this.#most, now);
  }

  get seen(): { readonly early: number; readonly most: number } {
    return { early: Math.round(this.#early), most: Math.round(this.#most) };
  }
}
