import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { AttackResult } from "../../../compose/index.js";
import { exitCodes } from "../../exit-code.js";
import { withJson } from "../../flags.js";
import { answer, type Cli, say } from "../../io.js";
import { table } from "../../table.js";
import { type ImageFlags, sandboxConfig, withImage } from "./sandbox-flags.js";
import { withSandbox } from "./with-sandbox.js";

/** `omni sandbox self-check` */
export function addSelfCheck(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("self-check")
    .description("run a panel of attacks in this host's Docker and tell what it does not contain")
    .addHelpText("after", help)
    .action((flags: ImageFlags) => check(cli, flags));
  withJson(withImage(command));
}

const help = `
Each attack is a program in a container of its own, made as for any other program. Exit code 1 when one was not contained. The
embedded sandbox has no such check: it has no system calls, processes or network to try, and is for no untrusted code anyway.

Example:
  $ omni sandbox self-check --config omni.yaml     with the hosts, image and runtime of that config`;

async function check(cli: Cli, flags: ImageFlags): Promise<void> {
  const config = await sandboxConfig(cli, flags);
  const { selfCheck } = await import("../../../compose/index.js");
  const settings = { ...config, kind: "docker", concurrency: availableParallelism() } as const;
  await withSandbox(cli, settings, async (sandbox, signal) => {
    const results: AttackResult[] = [];
    for await (const result of selfCheck(sandbox, signal)) {
      results.push(result);
      if (!result.contained) say(cli, `NOT CONTAINED: ${result.name}: ${result.detail}`);
    }
    const open = results.filter((result) => !result.contained);
    const { detail } = sandbox.description;
    if (open.length > 0) cli.exitCode = exitCodes.failure;
    answer(cli, { ok: open.length === 0, sandbox: detail, attacks: results }, () =>
      [
        table(
          ["attack", "contained", "how it ended"],
          results.map((each) => [each.name, each.contained ? "yes" : "NO", ending(each)]),
        ),
        "",
        `${results.length} attacks, ${results.length - open.length} contained, by ${detail}`,
      ].join("\n"),
    );
  });
}

/** An attack that finds its door closed says so, which is what it passes for. */
function ending({ contained, verdict, detail }: AttackResult): string {
  if (!contained) return `${verdict}: ${detail}`;
  return verdict === "passed" ? "refused" : verdict;
}
