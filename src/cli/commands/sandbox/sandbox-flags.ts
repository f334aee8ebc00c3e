import type { Command } from "commander";
import type { SandboxConfig } from "../../../config/index.js";
import type { Cli } from "../../io.js";
import { configOf } from "../../run-session.js";

/** Where the sandbox's settings come from. */
export interface SandboxFlags {
  readonly config?: string;
}

/** Adds `--config`, whose `sandbox` section is used. */
export function withSandboxConfig(command: Command): Command {
  return command.option("--config <file>", "use the sandbox section of this config (hosts, image, runtime, limits)");
}

/** The settings of the config that was named; none without one. */
export async function sandboxConfig(cli: Cli, { config }: SandboxFlags): Promise<Partial<SandboxConfig>> {
  return config === undefined ? {} : (await configOf(cli, config, { set: [] })).config.sandbox;
}
