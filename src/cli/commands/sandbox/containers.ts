import type { Command } from "commander";
import type { HostContainers } from "../../../compose/index.js";
import { withJson } from "../../flags.js";
import { answer, type Cli } from "../../io.js";
import { table } from "../../table.js";
import { type SandboxFlags, sandboxConfig, withSandboxConfig } from "./sandbox-flags.js";

/** `omni sandbox ps` */
export function addPs(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("ps")
    .description("list the containers of every sandbox, and whether their owner still lives")
    .action(async (flags: SandboxFlags) => {
      const { hosts } = await sandboxConfig(cli, flags);
      const { sandboxContainers } = await import("../../../compose/index.js");
      const found = await sandboxContainers(hosts);
      answer(cli, { hosts: found }, () => listed(found));
    });
  withJson(withSandboxConfig(command));
}

function listed(found: readonly HostContainers[]): string {
  const rows = found.flatMap(({ host, containers }) =>
    containers.map(({ id, image, state, ageS, owner, orphan }) => {
      const [machine = "", pid = ""] = owner.split("/");
      return [
        host,
        id.slice(0, 12),
        image.slice(0, 19),
        state,
        `${ageS} s`,
        `${machine}/${pid}${orphan ? " (dead)" : ""}`,
      ];
    }),
  );
  if (rows.length === 0) return "no sandbox containers";
  return table(["host", "container", "image", "state", "age", "owner"], rows);
}

interface PruneFlags extends SandboxFlags {
  readonly all?: boolean;
}

/** `omni sandbox prune` */
export function addPrune(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("prune")
    .description("remove containers whose owner is dead")
    .option("--all", "remove every sandbox container, also those of runs that go on")
    .action(async (flags: PruneFlags) => {
      const { hosts } = await sandboxConfig(cli, flags);
      const { pruneContainers } = await import("../../../compose/index.js");
      const pruned = await pruneContainers(hosts, { all: flags.all === true });
      answer(cli, { hosts: pruned }, () => pruned.map(({ host, removed }) => `${host}: ${removed} removed`).join("\n"));
    });
  withJson(withSandboxConfig(command));
}
