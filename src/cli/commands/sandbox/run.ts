import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import type { RunLine } from "../../../compose/index.js";
import { DataError } from "../../../core/index.js";
import type { Sandbox, SandboxStats } from "../../../sandbox/sandbox.js";
import { oneLine } from "../../../telemetry/index.js";
import { exitCodes } from "../../exit-code.js";
import { wholeNumber, withJson } from "../../flags.js";
import { inputLines } from "../../input-lines.js";
import { type Cli, say } from "../../io.js";
import { type ImageFlags, sandboxConfig, withImage } from "./sandbox-flags.js";
import { withSandbox } from "./with-sandbox.js";

interface RunFlags extends ImageFlags {
  readonly input: string;
  readonly kind?: "docker" | "embedded";
  readonly concurrency?: number;
  readonly strict?: boolean;
  readonly checkSolution?: boolean;
}

/** `omni sandbox run --input FILE|-` */
export function addRun(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("run")
    .description("run programs against their tests, a line of JSON each")
    .requiredOption("--input <file>", 'lines of JSON: {"id", "language", "code", "tests", "limits"?}; - is stdin')
    .addOption(new Option("--kind <kind>", "which sandbox; default: Docker where it is, else embedded").choices(kinds))
    .option("--concurrency <n>", "programs at a time (default: the processors of this machine)", wholeNumber(1, 1024))
    .option("--check-solution", 'also run each line\'s "solution", and name tests that every program fails')
    .option("--strict", "stop at the first wrong line")
    .addHelpText("after", help)
    .action((flags: RunFlags) => run(cli, flags));
  withJson(withImage(command));
}

const kinds = ["docker", "embedded"];

const help = `
tests is one of {"kind": "stdio", "cases": [{"stdin", "stdout"}]}, {"kind": "unittest", "mode": "module" | "same_file", "code"},
{"kind": "asserts", "code", "setup"?}; limits {cpu_s, wall_s, memory_mb, pids, disk_mb, output_mb}; language python, or node for
stdio tests. With --json a line out is {"id", "reward": 0 | 1 | null, "verdict", "passed", "total", "wall_s", "cpu_s", "stdout",
"stderr", "truncated"}, in the order of the input; reward is null only for infrastructure_error. A wrong line is named on stderr and
keeps its place (verdict rejected or no_tests); the exit code is 1 at the end when there was one, or an infrastructure error.

Examples:
  $ omni sandbox run --input programs.jsonl --json > results.jsonl
  $ omni sandbox run --input plots.jsonl --image python-science --set sandbox.limits.memoryMb=512`;

/** What became of the lines so far. */
interface Count {
  lines: number;
  passed: number;
  wrong: number;
  infrastructure: number;
}

async function run(cli: Cli, flags: RunFlags): Promise<void> {
  const config = await sandboxConfig(cli, flags);
  const kind = flags.kind ?? config.kind ?? "auto";
  const concurrency = flags.concurrency ?? config.concurrency ?? availableParallelism();
  await withSandbox(cli, { ...config, kind, concurrency }, (sandbox, signal) => runAll(cli, sandbox, flags, signal));
}

async function runAll(cli: Cli, sandbox: Sandbox, flags: RunFlags, signal: AbortSignal): Promise<void> {
  const { runSubmissions, UnpassedTests } = await import("../../../compose/index.js");
  const count: Count = { lines: 0, passed: 0, wrong: 0, infrastructure: 0 };
  const unpassed = new UnpassedTests();
  const began = performance.now();
  const progress = setInterval(() => say(cli, underWay(sandbox.stats())), 5_000);
  const options = { sandbox, signal, checkSolution: flags.checkSolution === true };
  try {
    for await (const line of runSubmissions(inputLines(cli, flags.input, signal), options)) {
      // Nobody reads any more (omni sandbox run … | head).
      if (cli.io.isHeard?.() === false) return;
      tally(count, line);
      if (flags.checkSolution) unpassed.add(line);
      show(cli, line);
      if (line.problem !== undefined && flags.strict) break;
    }
  } finally {
    clearInterval(progress);
  }
  if (count.lines === 0) {
    const name = flags.input === "-" ? "stdin" : flags.input;
    throw new DataError(`${name}: there is no line in it; each line is a program as a JSON object`, {
      code: "no_input",
    });
  }
  const problems = unpassed.problems();
  for (const problem of problems) say(cli, `error: ${oneLine(problem)}`);
  count.wrong += problems.length;
  const perS = (count.lines / ((performance.now() - began) / 1000)).toPrecision(3);
  say(cli, `${counted(count)}; ${perS}/s${count.wrong > 0 && flags.strict ? "; stopped there (--strict)" : ""}`);
  if (count.wrong + count.infrastructure > 0) cli.exitCode = exitCodes.failure;
}

function tally(count: Count, { problem, result }: RunLine): void {
  count.lines += 1;
  if (problem !== undefined) count.wrong += 1;
  else if (result.reward === 1) count.passed += 1;
  if (result.reward === null) count.infrastructure += 1;
}

function show(cli: Cli, line: RunLine): void {
  if (line.problem !== undefined) say(cli, `error: ${oneLine(line.problem)}`);
  else if (line.result.reward === null) say(cli, `error: ${line.origin}: ${oneLine(line.result.stderr)}`);
  const { verdict, passed, total, wallS } = line.result;
  const text = () => oneLine(`${verdict}  ${passed}/${total}  ${wallS.toFixed(2)} s  ${line.id ?? line.origin}`);
  cli.io.stdout.write(`${cli.json ? JSON.stringify(document(line)) : text()}\n`);
}

/** The line out of contract 3. */
function document({ id, problem, result, solution }: RunLine): object {
  const { reward, verdict, passed, total, wallS, cpuS, stdout, stderr, truncated, trust } = result;
  return {
    ...{ id, reward, verdict, passed, total, wall_s: wallS, cpu_s: cpuS, stdout, stderr, truncated },
    ...(trust === undefined ? {} : { trust }),
    ...(solution && { solution: { verdict: solution.verdict, passed: solution.passed, total: solution.total } }),
    ...(problem !== undefined && { error: problem }),
  };
}

/** Progress by the sandbox's own counts, whichever line is to be shown next. */
function underWay({ finished, verdicts, running, queued }: SandboxStats): string {
  return `${finished} ended, ${verdicts.passed ?? 0} passed so far; ${running} running, ${queued} waiting`;
}

function counted({ lines, passed, wrong, infrastructure }: Count): string {
  const rest = [
    `${passed} passed`,
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
    ...(infrastructure > 0 ? [`${infrastructure} infrastructure errors`] : []),
  ];
  return `${lines} ${lines === 1 ? "line" : "lines"}, ${rest.join(", ")}`;
}
