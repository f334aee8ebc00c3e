import type { Command } from "commander";
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
import { withJson } from "../flags.js";
import { answer, type Cli } from "../io.js";

/** `omni doctor` */
export function addDoctor(program: Command, cli: Cli): void {
  const command = program
    .command("doctor")
    .description("check what a run needs, with the remedy for each thing that is missing")
    .addHelpText("after", "\nExit code 3 when something is missing without which no run can start.")
    .action(async () => {
      const checks = await examine(cli);
      const ok = checks.every((check) => check.status !== "fail");
      cli.exitCode = ok ? exitCodes.ok : exitCodes.prerequisite;
      answer(cli, { ok, checks }, () => checks.map(shown).join("\n"));
    });
  withJson(command);
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
