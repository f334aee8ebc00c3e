import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { ExperimentSummary, Plan } from "../../compose/index.js";
import { exitCodes } from "../exit-code.js";
import { experimentLines } from "../experiment-lines.js";
import { withJson, withLabId, withSet } from "../flags.js";
import { answer, type Cli, say } from "../io.js";
import { labSession } from "../lab-session.js";
import { configOf, shortPath } from "../run-session.js";
import { settledAside } from "../settled-aside.js";

/** `omni experiment CONFIG` */
export function addExperiment(program: Command, cli: Cli): void {
  const command = program
    .command("experiment")
    .description("run what the config's section experiment compares; writes one HTML page and a Markdown report")
    .argument("<config>", "config file with a section experiment")
    .option("--dry-run", "tell what it comes to, and start nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ omni experiment examples/nano-experiment.yaml --dry-run   what it comes to
  $ omni experiment examples/nano-experiment.yaml             run it; the same command again resumes

The first Ctrl-C finishes the step and saves (exit code 130), the second stops at once.`,
    )
    .action(async (path: string, options: { set: readonly string[]; runId?: string; dryRun?: boolean }) => {
      const loaded = await configOf(cli, path, options);
      const { experimentRun, planRun } = await import("../../compose/index.js");
      if (options.dryRun === true) {
        const { config, baseDir } = loaded;
        const { experiment } = await planRun({ config: settledAside(config), baseDir });
        answer(cli, experiment ?? null, () => experimentText(experiment, path));
        return;
      }
      const summary = await labSession(cli, loaded, options.runId, experimentRun);
      finish(cli, summary, path);
    });
  withJson(withLabId(withSet(command)));
}

function experimentText(plan: Plan["experiment"], path: string): string {
  return plan === undefined ? `${path}: no section experiment, nothing to run` : experimentLines(plan).join("\n");
}

function finish(cli: Cli, summary: ExperimentSummary, path: string): void {
  answer(cli, summary, () => readFileSync(summary.reportMarkdown, "utf8"));
  say(cli, `report: ${shortPath(summary.reportHtml)} and ${shortPath(summary.reportMarkdown)}`);
  if (summary.report.status === "finished") return;
  cli.exitCode = exitCodes.interrupted;
  say(cli, `stopped after a clean save; go on with: omni experiment ${path}`);
}
