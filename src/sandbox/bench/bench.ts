import { OmniError, SandboxError, throwIfAborted } from "../../core/index.js";
import type { Sandbox, SandboxStats, Submission } from "../sandbox.js";
import { type Latency, measureLatency } from "./latency.js";
import { type Listeners, type Load, listenersOf, measureLoad } from "./load.js";
import { type LlmSandboxRates, llmSandboxRates, oneShotRate } from "./rivals.js";

/** What can be measured. */
export const benchParts = ["stdio", "tests", "latency", "docker-run", "llm-sandbox"] as const;
export type BenchPart = (typeof benchParts)[number];

/** What is measured. */
export interface BenchOptions {
  /** Opens the sandbox, which the bench closes again: what opening and closing leave behind counts too. */
  readonly open: () => Promise<Sandbox>;
  readonly parts: readonly BenchPart[];
  /** Programs of each kind. */
  readonly count: number;
  /** Programs at a time, of whatever is measured. */
  readonly concurrency: number;
  /** Image of the rivals' containers; without one they are not measured. */
  readonly image?: string;
  /** A python3 that has llm-sandbox. */
  readonly llmSandboxPython?: string;
  /** Containers of this process that are there now. */
  readonly containers?: () => Promise<number>;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Rates are programs a second, latencies seconds; null where something was not measured, with the reason in `notMeasured`. */
export interface BenchResult {
  readonly sandbox: string;
  readonly count: number;
  readonly concurrency: number;
  readonly stdio: Load | null;
  readonly tests: Load | null;
  readonly latency: Latency | null;
  readonly dockerRunPerS: number | null;
  readonly llmSandbox: LlmSandboxRates | null;
  /** Why a part was not measured, for those that were asked for. */
  readonly notMeasured: Readonly<Partial<Record<BenchPart, string>>>;
  /** What this process held before the sandbox was opened, and after it was closed. */
  readonly left: { readonly before: Listeners; readonly after: Listeners; readonly containers: number | null };
  /** The sandbox's own counts and latencies, all parts together. */
  readonly stats: SandboxStats;
}

const source = "a, b = map(int, input().split())\nprint(a + b)";
/** Programs that a rival runs at most: they are slow. */
const rivalsRun = 40;

function stdio(index: number): Submission {
  const tests = { kind: "stdio", cases: [{ stdin: `${index} 1\n`, stdout: `${index + 1}\n` }] } as const;
  return { id: String(index), language: "python", code: source, tests };
}

function asserts(index: number): Submission {
  const tests = { kind: "asserts", code: `assert add(${index}, 1) == ${index + 1}\nassert add(0, 0) == 0` } as const;
  return { id: String(index), language: "python", code: "def add(a, b):\n    return a + b", tests };
}

/**
 * Measures the sandbox beside what else there is, one after the other in the same run. A rival that fails is left out, with
 * the reason. Throws SandboxError when already the first program does not pass.
 */
export async function benchSandbox(options: BenchOptions): Promise<BenchResult> {
  const { count, concurrency, image, llmSandboxPython: python, signal, onProgress } = options;
  const wanted = (part: BenchPart) => options.parts.includes(part);
  const notMeasured: Partial<Record<BenchPart, string>> = {};
  const rival = async <T>(part: BenchPart, lack: string | undefined, measure: () => Promise<T>): Promise<T | null> => {
    if (!wanted(part)) return null;
    try {
      if (lack !== undefined) throw new SandboxError(lack);
      onProgress(`${part}: ${Math.min(count, rivalsRun)} programs`);
      return await measure();
    } catch (error) {
      throwIfAborted(signal);
      notMeasured[part] = OmniError.from(error).message;
      onProgress(`${part} was not measured: ${notMeasured[part]}`);
      return null;
    }
  };
  const before = listenersOf(signal);
  const sandbox = await options.open();
  const own = async () => {
    try {
      const load = (make: (index: number) => Submission, name: BenchPart) =>
        measureLoad({ sandbox, name, make, count, concurrency, signal, onProgress });
      await passes(sandbox, [stdio(0), asserts(0)], signal);
      return {
        stdio: wanted("stdio") ? await load(stdio, "stdio") : null,
        tests: wanted("tests") ? await load(asserts, "tests") : null,
        latency: wanted("latency") ? await measureLatency(sandbox, stdio, source, Math.min(count, 30), options) : null,
        stats: sandbox.stats(),
        sandbox: sandbox.description.detail,
      };
    } finally {
      await sandbox.close();
    }
  };
  const measured = await own();
  const containers = (await options.containers?.()) ?? null;
  const after = listenersOf(signal);
  const few = Math.min(count, rivalsRun);
  const noImage = image === undefined ? "the sandbox has no image that it could be given" : undefined;
  const noPython = python === undefined ? "name a python3 that has it: --llm-sandbox PYTHON" : undefined;
  return {
    ...{ count, concurrency, ...measured, left: { before, after, containers } },
    dockerRunPerS: await rival("docker-run", noImage, () => oneShotRate(image ?? "", source, few, concurrency, signal)),
    llmSandbox: await rival("llm-sandbox", noImage ?? noPython, () =>
      llmSandboxRates(python ?? "", image ?? "", few, concurrency, signal),
    ),
    notMeasured,
  };
}

async function passes(sandbox: Sandbox, submissions: readonly Submission[], signal: AbortSignal): Promise<void> {
  for (const submission of submissions) {
    const { verdict, stderr } = await sandbox.run(submission, { signal });
    if (verdict !== "passed") throw new SandboxError(`the bench's own program was judged ${verdict}: ${stderr}`);
  }
}
