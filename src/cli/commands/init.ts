import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { ConfigError, StoreError } from "../../core/index.js";
import { withJson } from "../flags.js";
import { answer, type Cli, say } from "../io.js";
import { shortPath } from "../run-session.js";
import { starterConfig } from "../starter-config.js";

/** `omni init [DIR]` */
export function addInit(program: Command, cli: Cli): void {
  const command = program
    .command("init")
    .description("write a commented omni.yaml that trains on the data that ships with omni")
    .argument("[dir]", "folder to write it to", ".")
    .addHelpText("after", "\nExample:\n  $ omni init my-project && cd my-project && omni train omni.yaml")
    .action(async (dir: string) => {
      const { packageRoot } = await import("../../compose/index.js");
      const file = join(resolve(dir), "omni.yaml");
      writeNew(file, starterConfig(projectName(dir), join(packageRoot, "data")));
      answer(cli, { file }, () => shortPath(file));
      say(cli, `next: omni doctor, omni plan ${shortPath(file)}, omni train ${shortPath(file)}`);
    });
  withJson(command);
}

function projectName(dir: string): string {
  const plain = basename(resolve(dir)).replaceAll(/[^A-Za-z0-9._-]/g, "-");
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plain) ? plain : "run";
}

function writeNew(file: string, text: string): void {
  try {
    mkdirSync(resolve(file, ".."), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "EEXIST") {
      throw new ConfigError(
        `${shortPath(file)}: exists already and is left as it is; name another folder: omni init DIR`,
        {
          code: "exists",
          cause,
        },
      );
    }
    throw new StoreError(`${shortPath(file)}: cannot be written (${code}); choose a folder that you may write to`, {
      cause,
    });
  }
}
