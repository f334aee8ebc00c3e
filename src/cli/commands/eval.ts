import { statSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { EvalOverrides, EvalSummary, RunOptions } from "../../compose/index.js";
import { placedError } from "../../config/index.js";
import { ConfigError } from "../../core/index.js";
import { openTelemetry, type TaskEvaluation } from "../../telemetry/index.js";
import { withJson, withRunsFolder, withSet } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli } from "../io.js";
import { configOf, runFolderOf, shortPath } from "../run-session.js";
import { table } from "../table.js";

interface EvalFlags {
  readonly set: readonly string[];
  readonly runsFolder: string;
  readonly checkpoint?: string;
  readonly on?: string;
  readonly split?: "train" | "validation" | "test";
  readonly samples?: number;
  readonly temperature?: number;
  readonly items?: number;
}

/** `omni eval CONFIG|RUN` */
export function addEval(program: Command, cli: Cli): void {
  const command = program
    .command("eval")
    .description("evaluate on held-out items: the base model of a config, or the newest checkpoint of a run")
    .argument("<config-or-run>", "config file, run id, or run folder")
    .option("--checkpoint <name>", "of a run: this checkpoint instead of the newest")
    .option("--on <config>", "of a run: on the tasks of this config (with its eval, judge and sandbox)")
    .option("--split <name>", "train, validation or test", splitName)
    .option("--samples <n>", "samples an item: avg@n and pass@k are told", positive)
    .option("--temperature <t>", "0 is greedy", temperature)
    .option("--items <n>", "at most this many items a task", positive)
    .addHelpText(
      "after",
      `
Examples:
  $ omni eval omni.yaml --items 100
  $ omni eval runs/first --split test --samples 8 --temperature 1 --json
  $ omni eval runs/first --on examples/benchmarks/math.yaml

Every response is kept, one JSON object a line; the file is named at the end.`,
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

async function starter(cli: Cli, target: string, flags: EvalFlags) {
  const { set, runsFolder, checkpoint } = flags;
  const isConfig = /\.ya?ml$/.test(target) || statSync(target, { throwIfNoEntry: false })?.isFile() === true;
  const ofRuns = checkpoint === undefined ? "--on" : "--checkpoint";
  if (isConfig && (checkpoint ?? flags.on) !== undefined) {
    throw new ConfigError(`${ofRuns} goes with a run, ${target} is a config; name a run, or drop it`, {
      code: "usage",
    });
  }
  if (isConfig) {
    const loaded = await configOf(cli, target, { set });
    const { config, baseDir } = loaded;
    const { evalConfig } = await import("../../compose/index.js");
    return (options: RunOptions) =>
      evalConfig({ config, baseDir, eval: overrides(flags), ...options }).catch((error: unknown) => {
        throw placedError(error, loaded);
      });
  }
  const runDir = runFolderOf(target, runsFolder);
  const { evalRun } = await import("../../compose/index.js");
  const named = checkpoint === undefined ? {} : { checkpoint };
  const on = flags.on === undefined ? undefined : await configOf(cli, flags.on, { set });
  const asked = on === undefined ? {} : { on: { config: on.config, baseDir: on.baseDir } };
  return (options: RunOptions) => evalRun({ runDir, ...named, ...asked, eval: overrides(flags), ...options });
}

function overrides({ split, samples, temperature: heat, items }: EvalFlags): EvalOverrides {
  return {
    ...(split === undefined ? {} : { split }),
    ...(samples === undefined ? {} : { samples }),
    ...(heat === undefined ? {} : { temperature: heat }),
    ...(items === undefined ? {} : { itemsPerTask: items }),
  };
}

function splitName(value: string): string {
  if (["train", "validation", "test"].includes(value)) return value;
  throw new InvalidArgumentError("use train, validation or test.");
}

function positive(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("use a whole number from 1.");
}

function temperature(value: string): number {
  const parsed = Number(value);
  if (value.trim() !== "" && parsed >= 0 && parsed <= 10) return parsed;
  throw new InvalidArgumentError("use a number from 0 (greedy) to 10.");
}

function showEvaluation(summary: EvalSummary): string {
  const { model, checkpoint, split, result, cautions } = summary;
  const tasks = Object.entries(result.tasks);
  return [
    `${model}, ${checkpoint === null ? "as loaded" : `checkpoint ${checkpoint}`}, ${split} split, ${result.seconds.toFixed(1)} s`,
    "",
    table(
      ["task", "measure", "mean", "95 % interval", "n"],
      tasks.flatMap(([taskId, task]) => measures(task).map(([name, value]) => [taskId, name, ...shown(value)])),
    ),
    ...tasks.flatMap(([taskId, { similarity }]) =>
      similarity === undefined ? [] : [`${taskId}: ROUGE-L to the references ${similarity.toFixed(4)}`],
    ),
    ...cautions.map((caution) => `caution: ${caution}`),
    `responses: ${shortPath(summary.responses)}`,
  ].join("\n");
}

type Measure = TaskEvaluation["intervals"][string];

/** Components (★ primary), then pass@k, then the primary component of each category. */
function measures(task: TaskEvaluation): [string, Measure][] {
  const average = task.samples > 1 ? `avg@${task.samples} ` : "";
  const named = ([name, value]: [string, Measure]): [string, Measure] => [
    name === task.primary ? `${average}${name} ★` : `${average}${name}`,
    value,
  ];
  return [
    ...Object.entries(task.intervals).map(named),
    ...Object.entries(task.passAtK ?? {}).map(([k, value]): [string, Measure] => [`pass@${k}`, value]),
    ...Object.entries(task.categories ?? {}).map(([name, value]): [string, Measure] => [`  ${name}`, value]),
  ];
}

function shown({ mean, low, high, n }: Measure): string[] {
  return n === 0 ? ["undefined", "", "0"] : [mean.toFixed(3), `${low.toFixed(3)} – ${high.toFixed(3)}`, String(n)];
}
