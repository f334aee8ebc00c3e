import type { Command } from "commander";
import { openTelemetry } from "../../telemetry/index.js";
import { withJson, withRunsFolder } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli } from "../io.js";
import { runFolderOf, shortPath } from "../run-session.js";

interface ExportFlags {
  readonly to: string;
  readonly checkpoint?: string;
  readonly runsFolder: string;
}

/** `omni export RUN --to DIR` */
export function addExport(program: Command, cli: Cli): void {
  const command = program
    .command("export")
    .description("write a run's newest checkpoint as a folder that transformers loads")
    .argument("<run>", "run id, or its folder")
    .requiredOption("--to <dir>", "folder to write; it must be empty or not there")
    .option("--checkpoint <name>", "another checkpoint than the newest, see omni runs show")
    .addHelpText("after", "\nExample:\n  $ omni export first --to my-model")
    .action(async (run: string, flags: ExportFlags) => {
      const { exportRun } = await import("../../compose/index.js");
      const { signal, end } = abortOnInterrupt(cli);
      const telemetry = openTelemetry({ stderr: cli.io.stderr, tty: false });
      const runDir = runFolderOf(run, flags.runsFolder);
      const checkpoint = flags.checkpoint === undefined ? {} : { checkpoint: flags.checkpoint };
      try {
        const written = await exportRun({ runDir, to: flags.to, ...checkpoint, signal, onEvent: telemetry.onEvent });
        const megabytes = (written.bytes / 1e6).toFixed(1);
        answer(cli, written, () => `${shortPath(written.folder)}: ${written.files.length} files, ${megabytes} MB`);
      } finally {
        end();
        telemetry.close();
      }
    });
  withJson(withRunsFolder(command));
}
