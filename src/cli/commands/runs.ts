import type { Command } from "commander";
import { withJson, withRunsFolder } from "../flags.js";
import { answer, type Cli } from "../io.js";
import { runFolderOf, shortPath } from "../run-session.js";
import { table } from "../table.js";

/** `omni runs [list | show RUN]` */
export function addRuns(program: Command, cli: Cli): void {
  const runs = program
    .command("runs")
    .description("list runs, or show one")
    .addHelpText("after", "\nExamples:\n  $ omni runs\n  $ omni runs show first --json");
  const list = runs
    .command("list", { isDefault: true })
    .description("list the runs of a folder")
    .action(async (flags: { readonly runsFolder: string }) => {
      const { listRuns } = await import("../../compose/index.js");
      const found = listRuns(flags.runsFolder);
      const rows = found.map((run) => [run.runId, statusText(run.status), String(run.steps), run.checkpoint ?? "none"]);
      answer(cli, { runs: found }, () =>
        found.length === 0
          ? `no runs in ${flags.runsFolder}; start one with: omni train CONFIG`
          : table(["run", "status", "steps", "checkpoint"], rows),
      );
    });
  const show = runs
    .command("show")
    .description("show one run: its steps, evaluations and checkpoints")
    .argument("<run>", "run id, or its folder")
    .action(async (run: string, flags: { readonly runsFolder: string }) => {
      const { showRun } = await import("../../compose/index.js");
      const shown = showRun(runFolderOf(run, flags.runsFolder));
      answer(cli, shown, () => showText(shown));
    });
  withJson(withRunsFolder(list));
  withJson(withRunsFolder(show));
}

type Shown = ReturnType<typeof import("../../compose/index.js").showRun>;

function showText({ runId, runDir, status, steps, evaluations, checkpoints }: Shown): string {
  return [
    `${runId}: ${statusText(status)}, ${steps.length} steps, in ${shortPath(runDir)}`,
    `evaluated: ${evaluations.map((entry) => entry.point).join(", ") || "not yet"}`,
    `checkpoints: ${checkpoints.map((entry) => entry.name).join(", ") || "none"}`,
    "",
    table(
      ["step", "weights", "loss", "gradient norm"],
      steps.map(({ stepId, weightsVersion, metrics }) => [
        stepId,
        `v${weightsVersion}`,
        shownNumber(metrics.loss),
        shownNumber(metrics.gradNorm),
      ]),
    ),
    ending(status, runDir),
  ].join("\n");
}

function ending(status: Shown["status"], runDir: string): string {
  if (status === "finished") return `the report is ${shortPath(`${runDir}/report.md`)}`;
  return status === "stopped" ? `go on with: omni resume ${shortPath(runDir)}` : "a process is working on it";
}

const statusText = (status: Shown["status"]) => (status === "stopped" ? "stopped, resumable" : status);

const shownNumber = (value: unknown) => (typeof value === "number" ? value.toPrecision(4) : "–");
