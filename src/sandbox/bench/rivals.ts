import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { OmniError, SandboxError, throwIfAborted } from "../../core/index.js";
import { assetPath } from "../assets.js";
import { imageReference } from "../docker-daemon.js";

/** Programs a second of `docker run`, a container each, with limits like ours. Throws SandboxError where it answers wrong. */
export async function oneShotRate(
  image: string,
  source: string,
  count: number,
  concurrency: number,
  signal: AbortSignal,
): Promise<number> {
  const limits = ["--network", "none", "--memory", "288m", "--pids-limit", "64", "--read-only", "--cap-drop", "ALL"];
  const args = ["run", "--rm", "-i", ...limits, imageReference(image), "python3", "-c", source];
  const began = performance.now();
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) {
      throwIfAborted(signal);
      await expectSum(spawn("docker", args, { stdio: ["pipe", "pipe", "ignore"] }), index);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return (count / (performance.now() - began)) * 1000;
}

/** Gives a child `index` and 1 to add. Throws SandboxError unless it answers the sum. */
export async function expectSum(child: ChildProcess, index: number): Promise<void> {
  let out = "";
  child.stdout?.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(`${index} 1\n`);
  await once(child, "close");
  if (out !== `${index + 1}\n`) throw new SandboxError(`${child.spawnargs[0]} answered ${JSON.stringify(out)}`);
}

/** Programs a second of llm-sandbox that were answered right, and how many were not. */
export interface LlmSandboxRates {
  /** A container of its own each. */
  readonly freshPerS: number;
  readonly freshWrong: number;
  /** Its pool, which gives one container to many programs and resets nothing. */
  readonly pooledPerS: number;
  readonly pooledWrong: number;
}

/** Measures llm-sandbox, installed for this python3. Throws SandboxError with the last line that it said. */
export async function llmSandboxRates(
  python: string,
  image: string,
  count: number,
  concurrency: number,
  signal: AbortSignal,
): Promise<LlmSandboxRates> {
  const args = [assetPath("bench/llm_sandbox_rate.py"), imageReference(image), String(count), String(concurrency)];
  try {
    const { stdout } = await promisify(execFile)(python, args, { signal });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as LlmSandboxRates;
  } catch (cause) {
    throw new SandboxError(OmniError.from(cause).message.trim().split("\n").at(-1) ?? "it failed", { cause });
  }
}
