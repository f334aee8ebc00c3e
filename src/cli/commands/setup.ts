import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Command } from "commander";
import { withJson } from "../flags.js";
import type { Cli } from "../io.js";

/** `omni setup` */
export function addSetup(program: Command, cli: Cli): void {
  const command = program
    .command("setup")
    .description("install the PyTorch server and the quickstart's model into an environment of their own")
    .addHelpText(
      "after",
      "\nDoes nothing where everything is there. OMNI_CACHE_DIR says where, OMNI_SETUP_PYTHON on which Python.",
    )
    .action(async () => {
      const { packageRoot } = await import("../../compose/index.js");
      cli.exitCode = await bootstrap(cli, join(packageRoot, "scripts", "bootstrap.mjs"));
    });
  withJson(command);
}

/** The bootstrap script is the one set-up there is; it tells each step on stderr and its record on stdout. */
function bootstrap(cli: Cli, script: string): Promise<number> {
  const args = [script, "setup", ...(cli.json ? ["--json"] : [])];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: cli.io.env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (data: Buffer) => cli.io.stdout.write(data.toString("utf8")));
    child.stderr.on("data", (data: Buffer) => cli.io.stderr.write(data.toString("utf8")));
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
