import type { Command } from "commander";
import type { SandboxConfig } from "../../../config/index.js";
import { withSet } from "../../flags.js";
import type { Cli } from "../../io.js";
import { configOf } from "../../run-session.js";

/** Where the sandbox's settings come from. */
export interface SandboxFlags {
  readonly config?: string;
  readonly set: readonly string[];
}

/** The same of a command that runs programs. */
export interface ImageFlags extends SandboxFlags {
  readonly image?: string;
}

/** Adds `--config`, whose `sandbox` section is used, and `--set`, which needs no config. */
export function withSandboxConfig(command: Command): Command {
  return withSet(
    command.option("--config <file>", "use the sandbox section of this config (hosts, image, runtime, limits)"),
  );
}

/** Adds `--image` to them. */
export function withImage(command: Command): Command {
  const about = "image that programs run in: python, python-science, or any that holds python3";
  return withSandboxConfig(command).option("--image <name>", about);
}

/** The settings that were given; what was not given has the config's defaults only where there is a config. */
export async function sandboxConfig(cli: Cli, { config, image, set }: ImageFlags): Promise<Partial<SandboxConfig>> {
  const given = config === undefined && set.length === 0 ? {} : await settings(cli, config, set);
  return { ...given, ...(image === undefined ? {} : { image }) };
}

async function settings(cli: Cli, config: string | undefined, set: readonly string[]): Promise<SandboxConfig> {
  if (config !== undefined) return (await configOf(cli, config, { set })).config.sandbox;
  const { configOfFlags } = await import("../../../config/index.js");
  return configOfFlags(set, cli.io.env).config.sandbox;
}
