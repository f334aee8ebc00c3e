import type { Command } from "commander";
import { withJson, withRunsFolder } from "../flags.js";
import type { Cli } from "../io.js";
import { runFolderOf, runSession } from "../run-session.js";

/** `omni resume RUN` */
export function addResume(program: Command, cli: Cli): void {
  const command = program
    .command("resume")
    .description("go on with a run that was stopped, killed or failed; nothing that arrived is made anew")
    .argument("<run>", "run id, or its folder")
    .addHelpText("after", "\nExamples:\n  $ omni resume quickstart-20260101-120000\n  $ omni resume runs/first")
    .action(async (run: string, options: { readonly runsFolder: string }) => {
      const runDir = runFolderOf(run, options.runsFolder);
      const { resumeRun } = await import("../../compose/index.js");
      await runSession(cli, (session) => resumeRun({ runDir, ...session }));
    });
  withJson(withRunsFolder(command));
}
