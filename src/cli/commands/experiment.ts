import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { ExperimentSummary } from "../../compose/index.js";
import { placedError } from "../../config/index.js";
import { openTelemetry, type RunEvent, showSeconds } from "../../telemetry/index.js";
import { exitCodes } from "../exit-code.js";
import { withJson, withRunId, withSet } from "../flags.js";
import { listenForInterrupt } from "../interrupt.js";
import { answer, type Cli, say } from "../io.js";
import { configOf, shortPath } from "../run-session.js";

/** `omni experiment CONFIG` */
export function addExperiment(program: Command, cli: Cli): void {
  const command = program
    .command("experiment")
    .description("run what the config's section experiment compares; writes one HTML page and a Markdown report")
    .argument("<config>", "config file with a section experiment")
    .addHelpText(
      "after",
      `
Examples:
  $ omni plan examples/nano-experiment.yaml        what it comes to
  $ omni experiment examples/nano-experiment.yaml  run it; the same command again resumes

The first Ctrl-C finishes the step and saves (exit code 130), the second stops at once.`,
    )
    .action(async (path: string, options: { readonly set: readonly string[]; readonly runId?: string }) => {
      const loaded = await configOf(cli, path, options);
      const { experimentRun } = await import("../../compose/index.js");
      const telemetry = openTelemetry({ stderr: cli.io.stderr });
      const { stop, signal, end } = listenForInterrupt(cli, () => true);
      try {
        const { config, baseDir } = loaded;
        const id = options.runId === undefined ? {} : { id: options.runId };
        const summary = await experimentRun({
          config,
          baseDir,
          ...id,
          stop,
          signal,
          onEvent: (event) => (isWorthTelling(event) ? telemetry.onEvent(event) : undefined),
          onNode: nodeTeller(cli),
        });
        finish(cli, summary, path);
      } catch (error) {
        throw placedError(error, loaded);
      } finally {
        end();
        telemetry.close();
      }
    });
  withJson(withRunId(withSet(command)));
}

/** Steps of dozens of short runs would bury everything else; they are in the runs' folders. */
function isWorthTelling(event: RunEvent): boolean {
  return event.kind === "notice" || event.kind === "waiting" || event.kind === "eval_finished";
}

/** One line a run, with the time that is left if the others take as long as those so far. */
function nodeTeller(cli: Cli) {
  const began = performance.now();
  let first: number | undefined;
  return ({ node, done, total }: { node: { id: string; kind: string }; done: number; total: number }) => {
    first ??= done;
    const spent = (performance.now() - began) / 1000;
    const left = done > first ? `, about ${showSeconds((spent / (done - first)) * (total - done))} left` : "";
    say(cli, `run ${done + 1} of ${total}: ${node.id} (${node.kind})${left}`);
  };
}

function finish(cli: Cli, summary: ExperimentSummary, path: string): void {
  answer(cli, summary, () => readFileSync(summary.reportMarkdown, "utf8"));
  say(cli, `report: ${shortPath(summary.reportHtml)} and ${shortPath(summary.reportMarkdown)}`);
  if (summary.report.status === "finished") return;
  cli.exitCode = exitCodes.interrupted;
  say(cli, `stopped after a clean save; go on with: omni experiment ${path}`);
}
