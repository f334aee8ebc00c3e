import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { BenchPart, BenchResult } from "../../../compose/index.js";
import { exitCodes } from "../../exit-code.js";
import { wholeNumber, withJson } from "../../flags.js";
import { abortOnInterrupt } from "../../interrupt.js";
import { answer, type Cli, say } from "../../io.js";
import { table } from "../../table.js";
import { type ImageFlags, sandboxConfig, withImage } from "./sandbox-flags.js";

const parts: readonly BenchPart[] = ["stdio", "tests", "latency", "docker-run", "llm-sandbox"];

interface BenchFlags extends ImageFlags {
  readonly kind: "docker" | "embedded";
  readonly only?: readonly BenchPart[];
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
    .addOption(new Option("--only <part...>", "measure these alone").choices(parts))
    .option("--count <n>", "programs of each kind; many thousands show whether memory stays flat", many, 100)
    .option(
      "--concurrency <n>",
      "programs at a time (default: twice the processors of this machine)",
      wholeNumber(1, 1024),
    )
    .option("--llm-sandbox <python>", "also measure llm-sandbox, installed for this python3")
    .addHelpText("after", help)
    .action((flags: BenchFlags) => bench(cli, flags));
  withJson(withImage(command));
}

const help = `
A rival that fails leaves its figures out, with the reason. The exit code is 1 when a program did not pass that should have.

Examples:
  $ omni sandbox bench --llm-sandbox ~/venv/bin/python
  $ omni sandbox bench --only stdio --count 20000          whether memory and handles stay flat`;

function many(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 10 && number <= 10_000_000) return number;
  throw new InvalidArgumentError("give a whole number from 10.");
}

async function bench(cli: Cli, flags: BenchFlags): Promise<void> {
  const config = await sandboxConfig(cli, flags);
  const { benchSandbox, containersOfThisProcess, openSandbox } = await import("../../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  const notice = (line: string) => say(cli, line);
  const { kind, count, llmSandbox, concurrency = 2 * availableParallelism() } = flags;
  const usual = llmSandbox === undefined ? parts.filter((part) => part !== "llm-sandbox") : parts;
  try {
    const result = await benchSandbox({
      open: () => openSandbox({ ...config, kind, concurrency, signal, notice }),
      ...{ parts: flags.only ?? (kind === "docker" ? usual : ["stdio", "tests", "latency"]) },
      ...{ count, concurrency, signal, onProgress: notice },
      ...(kind === "docker" && {
        image: config.image ?? "python",
        containers: () => containersOfThisProcess(config.hosts),
      }),
      ...(llmSandbox !== undefined && { llmSandboxPython: llmSandbox }),
    });
    if ([result.stdio, result.tests].some((load) => load !== null && load.unpassed > 0)) {
      cli.exitCode = exitCodes.failure;
    }
    answer(cli, result, () => shown(result));
  } finally {
    end();
  }
}

function shown(result: BenchResult): string {
  const { stdio, tests, latency, dockerRunPerS, llmSandbox, left, stats } = result;
  const rows: readonly (readonly [string, number | undefined | null])[] = [
    ["stdio", stdio?.perS],
    ["tests, in a judge's container", tests?.perS],
    ["docker run", dockerRunPerS],
    ["llm-sandbox", llmSandbox?.freshPerS],
    ["llm-sandbox, its pool (containers shared)", llmSandbox?.pooledPerS],
  ];
  const ratio = (value: number) =>
    stdio === null || value === stdio.perS ? "" : `${(stdio.perS / value).toPrecision(3)}×`;
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(0)} ms`;
  const measured = rows.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, `${value.toPrecision(3)}/s`, ratio(value)]],
  );
  const compared = measured.some(([, , faster]) => faster !== "");
  return [
    ...(measured.length === 0
      ? []
      : [
          table(
            [`programs at a time: ${result.concurrency}`, "a second", compared ? "stdio is faster by" : ""],
            measured,
          ),
          "",
        ]),
    ...Object.entries(result.notMeasured).map(([part, why]) => `not measured: ${part}: ${why}`),
    ...(latency === null
      ? []
      : [
          `median of one program, container waiting: ${ms(latency.warmP50S)}; plain python3: ${ms(latency.plainP50S)}; more: ${ms(latency.overheadP50S)}`,
        ]),
    ...[
      { name: "stdio", load: stdio },
      { name: "tests", load: tests },
    ].flatMap(({ name, load }) => (load === null ? [] : loadLines(name, load))),
    `waited for a turn ${ms(stats.queueS.p50)}, for a container ${ms(stats.acquireS.p50)}, ran ${ms(stats.runS.p50)}, judged ${ms(stats.judgeS.p50)} (medians of the last thousand)`,
    `left behind: handles ${left.before.handles} → ${left.after.handles}, listeners ${left.before.listeners} → ${left.after.listeners}${left.containers === null ? "" : `, ${left.containers} containers`}`,
  ].join("\n");
}

function loadLines(name: string, load: NonNullable<BenchResult["stdio"]>): string[] {
  const { memoryMb, handles, unpassed, firstUnpassed } = load;
  return [
    `${name}: control plane ${memoryMb.early} MB early, at most ${memoryMb.most} MB later; handles ${handles.early} early, at most ${handles.most} later`,
    ...(unpassed > 0 ? [`${name}: ${unpassed} did not pass; first ${firstUnpassed}`] : []),
  ];
}
