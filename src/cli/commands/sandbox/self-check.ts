import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { AttackResult } from "../../../compose/index.js";
import { exitCodes } from "../../exit-code.js";
import { withJson } from "../../flags.js";
import { abortOnInterrupt } from "../../interrupt.js";
import { answer, type Cli, say } from "../../io.js";
import { table } from "../../table.js";
import { type SandboxFlags, sandboxConfig, withSandboxConfig } from "./sandbox-flags.js";

/** `omni sandbox self-check` */
export function addSelfCheck(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("self-check")
    .description("run a panel of attacks in this host's Docker and tell what it does not contain")
    .addHelpText("after", "\nExit code 1 when an attack was not contained.")
    .action((flags: SandboxFlags) => check(cli, flags));
  withJson(withSandboxConfig(command));
}

async function check(cli: Cli, flags: SandboxFlags): Promise<void> {
  const config = await sandboxConfig(cli, flags);
  const { openSandbox, selfCheck } = await import("../../../compose/index.js");
  const { signal, end } = abortOnInterrupt(cli);
  try {
    const notice = (line: string) => say(cli, line);
    const concurrency = availableParallelism();
    const sandbox = await openSandbox({ ...config, kind: "docker", concurrency, signal, notice });
    try {
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
            ["attack", "contained", "verdict"],
            results.map((each) => [each.name, each.contained ? "yes" : "NO", each.verdict]),
          ),
          "",
          `${results.length} attacks, ${results.length - open.length} contained, by ${detail}`,
        ].join("\n"),
      );
    } finally {
      await sandbox.close();
    }
  } finally {
    end();
  }
}
