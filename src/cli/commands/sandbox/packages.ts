import type { Command } from "commander";
import type { ImagePackages } from "../../../compose/index.js";
import { exitCodes } from "../../exit-code.js";
import { withJson } from "../../flags.js";
import { answer, type Cli } from "../../io.js";
import { table } from "../../table.js";
import { type ImageFlags, sandboxConfig, withImage } from "./sandbox-flags.js";
import { withSandbox } from "./with-sandbox.js";

/** `omni sandbox packages [MODULE …]` */
export function addPackages(sandbox: Command, cli: Cli): void {
  const command = sandbox
    .command("packages")
    .description("list the Python packages that programs can import, or check those that are named")
    .argument("[modules...]", "names as in import; exit code 1 when one is missing")
    .addHelpText("after", help)
    .action((modules: readonly string[], flags: ImageFlags) => show(cli, modules, flags));
  withJson(withImage(command));
}

const help = `
Examples:
  $ omni sandbox packages --image python-science
  $ omni sandbox packages --image python-science numpy cv2 tensorflow`;

async function show(cli: Cli, modules: readonly string[], flags: ImageFlags): Promise<void> {
  const config = await sandboxConfig(cli, flags);
  const { imagePackages } = await import("../../../compose/index.js");
  await withSandbox(cli, { ...config, kind: config.kind ?? "auto", concurrency: 1 }, async (sandbox, signal) => {
    const found = await imagePackages(sandbox, signal);
    const missing = missingOf(found, modules);
    if (missing.length > 0) cli.exitCode = exitCodes.failure;
    const { packages, python } = found;
    answer(cli, { sandbox: sandbox.description.detail, python, packages, missing }, () => text(found, missing));
  });
}

function missingOf({ packages, standard }: ImagePackages, modules: readonly string[]): readonly string[] {
  const there = new Set([...standard, ...packages.map(({ module }) => module)]);
  return modules.filter((name) => !there.has(name));
}

function text({ python, packages }: ImagePackages, missing: readonly string[]): string {
  const rows = packages.map(({ module, distribution = "", version = "" }) => [module, distribution, version]);
  return [
    table(["import", "package", "version"], rows),
    "",
    `Python ${python}, ${packages.length} modules beside the standard library's`,
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(", ")}`]),
  ].join("\n");
}
