import type { Command } from "commander";
import { withJson, withRunId, withSet } from "../flags.js";
import type { Cli } from "../io.js";
import { configOf, runSession } from "../run-session.js";

/** `omni sft CONFIG` */
export function addSft(program: Command, cli: Cli): void {
  const command = program
    .command("sft")
    .description("fine-tune on the data's demonstrations alone: the config's warmup section, no GRPO")
    .argument("<config>", "config file with a warmup section")
    .addHelpText("after", "\nExample:\n  $ omni sft omni.yaml --set warmup.steps=50 --set warmup.lr=2.5e-6")
    .action(async (path: string, options: { readonly set: readonly string[]; readonly runId?: string }) => {
      const loaded = await configOf(cli, path, options);
      const { config, baseDir } = loaded;
      const { sftRun } = await import("../../compose/index.js");
      const id = options.runId === undefined ? {} : { runId: options.runId };
      await runSession(cli, (session) => sftRun({ config, baseDir, ...id, ...session }), loaded);
    });
  withJson(withRunId(withSet(command)));
}
