import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { BenchResult } from "../../../compose/index.js";
import { withJson } from "../../flags.js";
import { abortOnInterrupt } from "../../interrupt.js";
import { answer, type Cli, say } from "../../io.js";
import { table } from "../../table.js";
import { wholeNumber } from "./run.js";
import { type SandboxFlags, sandboxConfig, withSandboxConfig } from "./sandbox-flags.js";

interface BenchFlags extends SandboxFlags {
  readonly kind: "docker" | "embedded";
  readonly count: number;
  readonly concurrency?: number;
  readonly llmSandbox?: string;
}

/** `omni sandbox bench` */
export function addBench(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("bench")
    .description("measure programs a second and latency on this machine, beside a docker run for each program")
    .addOption(new Option("--kind <kind>", "which sandbox").choices(["docker", "embedded"]).default("docker"))
    .option("--count <n>", "programs of each kind; many thousands show whether memory stays flat", many, 100)
    .option("--concurrency <n>", "programs at a time (default: twice the processors of this machine)", wholeNumber)
    .option("--llm-sandbox <python>", "also measure llm-sandbox, installed for this python3")
    .action((flags: BenchFlags) => bench(cli, flags));
  withJson(withSandboxConfig(command));
}

function many(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 10 && number <= 10_000_000) return number;
  throw new InvalidArgumentError("give a whole number from 10.");
}

async function bench(cli: Cli, flags: BenchFlags): Promise<void> {
  const config = await sandboxConfig(cli, flags);
  const { benchSandbox, openSandbox } = await import("../../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  const notice = (line: string) => say(cli, line);
  const { kind, count, llmSandbox, concurrency = 2 * availableParallelism() } = flags;
  try {
    const sandbox = await openSandbox({ ...config, kind, concurrency, signal, notice });
    try {
      const result = await benchSandbox({
        ...{ sandbox, count, concurrency, signal, onProgress: notice },
        ...(kind === "docker" && { image: config.image ?? "python" }),
        ...(llmSandbox !== undefined && { llmSandboxPython: llmSandbox }),
      });
      answer(cli, { ...result, sandbox: sandbox.description.detail }, () => shown(result));
    } finally {
      await sandbox.close();
    }
  } finally {
    end();
  }
}

function shown(result: BenchResult): string {
  const perS = (value: number | null) => (value === null ? "–" : `${value.toPrecision(3)}/s`);
  const ratio = (value: number | null) => (value === null ? "–" : `${(result.stdioPerS / value).toPrecision(3)}×`);
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(0)} ms`;
  const { memoryMb, handles } = result;
  return [
    table(
      ["programs at a time", String(result.concurrency), "stdio is faster by"],
      [
        ["stdio", perS(result.stdioPerS), ""],
        ["tests", perS(result.testsPerS), ratio(result.testsPerS)],
        ["docker run", perS(result.oneShotPerS), ratio(result.oneShotPerS)],
        ["llm-sandbox", perS(result.llmSandboxPerS), ratio(result.llmSandboxPerS)],
      ],
    ),
    "",
    `median of one program, container waiting: ${ms(result.warmP50S)}; plain python3: ${ms(result.plainP50S)}; more: ${ms(result.overheadP50S)}`,
    `control plane over ${result.count} programs: ${memoryMb.early} MB early, at most ${memoryMb.most} MB later; handles ${handles.before} → ${handles.after}`,
  ].join("\n");
}
