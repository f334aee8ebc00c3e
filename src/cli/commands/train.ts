import type { Command } from "commander";
import { withJson, withRunId, withSet } from "../flags.js";
import type { Cli } from "../io.js";
import { configOf, runSession } from "../run-session.js";

/** `omni train CONFIG` */
export function addTrain(program: Command, cli: Cli): void {
  const command = program
    .command("train")
    .description("train: warm-up if the config has one, then GRPO; prints the report")
    .argument("<config>", "config file, see omni init")
    .addHelpText(
      "after",
      `
Examples:
  $ omni train omni.yaml
  $ omni train omni.yaml --run-id first --set train.maxUpdates=20 --set schedule.kind=joint

The first Ctrl-C finishes the step and saves (exit code 130), the second stops at once (exit code 4).`,
    )
    .action(async (path: string, options: { readonly set: readonly string[]; readonly runId?: string }) => {
      const loaded = await configOf(cli, path, options);
      const { config, baseDir } = loaded;
      const { trainRun } = await import("../../compose/index.js");
      const id = options.runId === undefined ? {} : { runId: options.runId };
      await runSession(cli, (session) => trainRun({ config, baseDir, ...id, ...session }), loaded);
    });
  withJson(withRunId(withSet(command)));
}
