import { existsSync } from "node:fs";
import type { Command } from "commander";
import { configOfFlags, loadConfig } from "../../config/index.js";
import { ConfigError } from "../../core/index.js";
import {
  type Check,
  checkDisk,
  checkDocker,
  checkIsolation,
  checkMemory,
  checkNode,
  checkServer,
  checkWorkers,
} from "../doctor-checks.js";
import { exitCodes } from "../exit-code.js";
import { withJson, withSet } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli } from "../io.js";
import { judgeChecks } from "../judge-checks.js";

/** `omni doctor` */
export function addDoctor(program: Command, cli: Cli): void {
  const command = program
    .command("doctor")
    .description("check what a run needs, with the remedy for each thing that is missing")
    .option("--judge", "instead, make one real comparison with the configured judge and say what works")
    .option("--config <file>", "with --judge: the config whose judge to try (default: omni.yaml where there is one)")
    .addHelpText("after", help)
    .action(async (flags: DoctorFlags) => {
      const { checks, judge } = flags.judge ? await examineJudge(cli, flags) : { checks: await examine(cli) };
      const ok = checks.every((check) => check.status !== "fail");
      cli.exitCode = ok ? exitCodes.ok : exitCodes.prerequisite;
      answer(cli, { ok, checks, ...(judge && { judge }) }, () => checks.map(shown).join("\n"));
    });
  withJson(withSet(command));
}

interface DoctorFlags {
  readonly judge?: boolean;
  readonly config?: string;
  readonly set: readonly string[];
}

const help = `
Exit code 3 when something is missing without which no run can start, or the judge gives no verdict.

Examples:
  $ omni doctor
  $ omni doctor --judge --config omni.yaml
  $ omni doctor --judge --set judge.baseUrl=http://localhost:8000/v1 --set judge.model=my-judge`;

async function examineJudge(cli: Cli, { config, set }: DoctorFlags) {
  const { env } = cli.io;
  const path = config ?? (set.length === 0 && existsSync("omni.yaml") ? "omni.yaml" : undefined);
  const loaded = path === undefined ? configOfFlags(set, env) : await loadConfig(path, { set, env });
  const { judge } = loaded.config;
  if (judge === undefined) {
    const message =
      "no judge is configured; name a config that has one with --config FILE, or --set judge.baseUrl=URL --set judge.model=NAME";
    throw new ConfigError(message, { code: "no_judge" });
  }
  const { tryJudge } = await import("../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  try {
    const tried = await tryJudge(judge, signal);
    return { checks: judgeChecks(tried), judge: tried };
  } finally {
    end();
  }
}

async function examine(cli: Cli): Promise<readonly Check[]> {
  const { env } = cli.io;
  const { cacheFolder, serverPython, tryWorkers } = await import("../../compose/index.js");
  return [
    checkNode(),
    ...(await checkServer(() => serverPython(env), env)),
    checkDisk("disk", process.cwd()),
    checkDisk("cache", cacheFolder(env)),
    checkMemory(),
    await checkDocker(env),
    await checkIsolation(env),
    checkWorkers(await tryWorkers()),
  ];
}

function shown({ name, status, detail, remedy }: Check): string {
  return `${status.padEnd(4)}  ${name.padEnd(9)}  ${detail}${remedy === undefined ? "" : `; ${remedy}`}`;
}
