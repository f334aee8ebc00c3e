import { statSync } from "node:fs";
import type { Command } from "commander";
import type { EvalSummary, RunOptions } from "../../compose/index.js";
import { placedError } from "../../config/index.js";
import { openTelemetry } from "../../telemetry/index.js";
import { withJson, withRunsFolder, withSet } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli } from "../io.js";
import { configOf, runFolderOf } from "../run-session.js";
import { table } from "../table.js";

interface EvalFlags {
  readonly set: readonly string[];
  readonly runsFolder: string;
}

/** `omni eval CONFIG|RUN` */
export function addEval(program: Command, cli: Cli): void {
  const command = program
    .command("eval")
    .description("evaluate on held-out items: the base model of a config, or the newest checkpoint of a run")
    .argument("<config-or-run>", "config file, run id, or run folder")
    .addHelpText(
      "after",
      "\nExamples:\n  $ omni eval omni.yaml --set eval.itemsPerTask=100\n  $ omni eval runs/first --json",
    )
    .action(async (target: string, flags: EvalFlags) => {
      const summary = await evaluate(cli, target, flags);
      answer(cli, summary, () => showEvaluation(summary));
    });
  withJson(withRunsFolder(withSet(command)));
}

async function evaluate(cli: Cli, target: string, flags: EvalFlags): Promise<EvalSummary> {
  const start = await starter(cli, target, flags);
  const telemetry = openTelemetry({ stderr: cli.io.stderr });
  const { signal, end } = abortOnInterrupt(cli);
  try {
    return await start({ signal, onEvent: telemetry.onEvent });
  } finally {
    end();
    telemetry.close();
  }
}

async function starter(cli: Cli, target: string, { set, runsFolder }: EvalFlags) {
  const isConfig = /\.ya?ml$/.test(target) || statSync(target, { throwIfNoEntry: false })?.isFile() === true;
  if (isConfig) {
    const loaded = await configOf(cli, target, { set });
    const { config, baseDir } = loaded;
    const { evalConfig } = await import("../../compose/index.js");
    return (options: RunOptions) =>
      evalConfig({ config, baseDir, ...options }).catch((error: unknown) => {
        throw placedError(error, loaded);
      });
  }
  const runDir = runFolderOf(target, runsFolder);
  const { evalRun } = await import("../../compose/index.js");
  return (options: RunOptions) => evalRun({ runDir, ...options });
}

function showEvaluation({ model, checkpoint, split, result, cautions }: EvalSummary): string {
  const rows = Object.entries(result.tasks).flatMap(([taskId, task]) =>
    Object.entries(task.intervals).map(([name, { mean, low, high, n }]) => [
      taskId,
      name === task.primary ? `${name} ★` : name,
      n === 0 ? "undefined" : mean.toFixed(3),
      n === 0 ? "" : `${low.toFixed(3)} – ${high.toFixed(3)}`,
      String(n),
    ]),
  );
  return [
    `${model}, ${checkpoint === null ? "as loaded" : `checkpoint ${checkpoint}`}, ${split} split, ${result.seconds.toFixed(1)} s`,
    "",
    table(["task", "component", "mean", "95 % interval", "n"], rows),
    ...cautions.map((caution) => `caution: ${caution}`),
  ].join("\n");
}
