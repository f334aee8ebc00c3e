import type { Command } from "commander";
import type { TransferSummary } from "../../compose/index.js";
import { type OmniConfig, placedError } from "../../config/index.js";
import { showSeconds } from "../../telemetry/index.js";
import { exitCodes } from "../exit-code.js";
import { withJson, withLabId, withSet } from "../flags.js";
import { answer, type Cli, say } from "../io.js";
import { labSession } from "../lab-session.js";
import { knownRate } from "../plan-estimate.js";
import { configOf, shortPath } from "../run-session.js";
import { settledAside } from "../settled-aside.js";
import { table } from "../table.js";

/** `omni transfer CONFIG` */
export function addTransfer(program: Command, cli: Cli): void {
  const command = program
    .command("transfer")
    .description("measure what training each task does to the others; writes the file that omni schedule reads")
    .argument("<config>", "config file")
    .option("--dry-run", "tell what it would cost, and start nothing")
    .addHelpText("after", help)
    .action(async (path: string, options: { set: readonly string[]; runId?: string; dryRun?: boolean }) => {
      const loaded = await configOf(cli, path, options);
      if (options.dryRun === true) {
        const { checkTransfer } = await import("../../compose/index.js");
        try {
          checkTransfer(loaded.config);
        } catch (error) {
          throw placedError(error, loaded);
        }
        const cost = await costOf(loaded.config, loaded.baseDir);
        answer(cli, cost, () => costText(cost));
        return;
      }
      const { transferRun } = await import("../../compose/index.js");
      const summary = await labSession(cli, loaded, options.runId, transferRun);
      finish(cli, summary, againCommand(path, options));
    });
  withJson(withLabId(withSet(command)));
}

const help = `
One run a task from one starting point (the base model after its warm-up), each evaluated on all tasks' validation items.
experiment.seeds repeats them; experiment.updatesPerStage bounds them. The same command again resumes.

Examples:
  $ omni transfer omni.yaml --dry-run
  $ omni transfer omni.yaml && omni schedule runs/my-run/transfer.json
  $ omni train omni.yaml --set 'schedule={kind: curriculum, order: [code, math, qa, writing]}'`;

/** What the probes of a config come to. */
interface TransferCost {
  readonly runs: number;
  readonly evaluationCells: number;
  readonly updates: number;
  readonly maxGeneratedTokens: number;
  /** Null where no run with this model has been made here. */
  readonly maxSeconds: number | null;
}

async function costOf(config: OmniConfig, baseDir: string): Promise<TransferCost> {
  const { listRuns, planRun, showRun } = await import("../../compose/index.js");
  const { seeds, updatesPerStage } = config.experiment ?? {};
  const probes = {
    ...(seeds === undefined ? {} : { seeds }),
    ...(updatesPerStage === undefined ? {} : { updatesPerStage }),
    orders: { best: false, worst: false, random: 0, all: false, list: [] },
    joint: false,
    temperatures: [],
  };
  const { experiment: plan } = await planRun({ config: { ...settledAside(config), experiment: probes }, baseDir });
  if (plan === undefined) throw new Error("a plan without its experiment"); // the section is given
  const rate = await knownRate(config, listRuns(config.run.folder), (runDir) => showRun(runDir).steps);
  return {
    runs: plan.runs,
    evaluationCells: plan.runs * config.tasks.length,
    updates: plan.updates,
    maxGeneratedTokens: plan.maxGeneratedTokens,
    maxSeconds: rate === undefined ? null : rate.secondsPerToken * plan.maxGeneratedTokens,
  };
}

function costText(cost: TransferCost): string {
  const time = cost.maxSeconds === null ? "unknown: no run with this model here yet" : showSeconds(cost.maxSeconds);
  return [
    `runs       ${cost.runs} (the starting point, and one a task and seed)`,
    `updates    ${cost.updates}`,
    `evaluated  ${cost.evaluationCells} cells`,
    `tokens     at most ${cost.maxGeneratedTokens.toLocaleString("en-US")} generated`,
    `time       at most ${time}`,
  ].join("\n");
}

/** The same command again, flags included: without them it would be another folder, or another config. */
function againCommand(
  path: string,
  { set, runId }: { readonly set: readonly string[]; readonly runId?: string },
): string {
  const flags = [
    ...(runId === undefined ? [] : ["--run-id", runId]),
    ...set.flatMap((value) => ["--set", `'${value}'`]),
  ];
  return ["omni transfer", path, ...flags].join(" ");
}

function finish(cli: Cli, summary: TransferSummary, again: string): void {
  const { cost, document, file } = summary;
  answer(cli, summary, () => (document === undefined ? "" : transferText(document)));
  say(
    cli,
    `cost: ${cost.runs} runs, ${cost.steps} steps, ${cost.generatedTokens} tokens, ${showSeconds(cost.seconds)}`,
  );
  if (file !== undefined) {
    say(cli, `transfer file: ${shortPath(file)}; next: omni schedule ${shortPath(file)}`);
    return;
  }
  cli.exitCode = exitCodes.interrupted;
  say(cli, `stopped after a clean save; go on with: ${again}`);
}

function transferText({ tasks, base, after, counts }: NonNullable<TransferSummary["document"]>): string {
  const row = (cells: Readonly<Record<string, number>> | undefined) =>
    tasks.map((task) => (cells?.[task] ?? 0).toFixed(3));
  return [
    "accuracy on validation (rows: trained; columns: evaluated)",
    table(
      ["", ...tasks.map((task) => `on ${task}`)],
      [
        ["starting point", ...row(base)],
        ...tasks.map((trained) => [`${trained} trained`, ...row(after[trained])]),
        ["items", ...tasks.map((task) => String(counts.base[task] ?? 0))],
      ],
    ),
  ].join("\n");
}
