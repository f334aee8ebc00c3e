import type { Command } from "commander";
import type { Plan } from "../../compose/index.js";
import { type LoadedConfig, placedError, redactConfig } from "../../config/index.js";
import { showSeconds } from "../../telemetry/index.js";
import { experimentLines } from "../experiment-lines.js";
import { withJson, withSet } from "../flags.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli } from "../io.js";
import { type Estimate, estimate, knownRate } from "../plan-estimate.js";
import { configOf } from "../run-session.js";
import { table } from "../table.js";

/** `omni plan CONFIG` */
export function addPlan(program: Command, cli: Cli): void {
  const command = program
    .command("plan")
    .description("a dry run: items, stages, updates, tokens and where each value comes from; starts nothing")
    .argument("<config>", "config file")
    .addHelpText("after", "\nExample:\n  $ omni plan omni.yaml --set train.groupSize=16")
    .action(async (path: string, options: { readonly set: readonly string[] }) => {
      const loaded = await configOf(cli, path, options);
      const { listRuns, planRun, showRun } = await import("../../compose/index.js");
      const { signal, end } = abortOnInterrupt(cli);
      try {
        const { config, baseDir } = loaded;
        const plan = await planRun({ config, baseDir, signal });
        const rate = await knownRate(config, listRuns(config.run.folder), (runDir) => showRun(runDir).steps);
        const bounds = estimate(config, plan, rate);
        const { provenance } = loaded;
        answer(cli, { plan, estimate: bounds, config: redactConfig(config), provenance }, () =>
          planText(loaded, plan, bounds),
        );
      } catch (error) {
        throw placedError(error, loaded);
      } finally {
        end();
      }
    });
  withJson(withSet(command));
}

function planText(loaded: LoadedConfig, plan: Plan, bounds: Estimate): string {
  const { config } = loaded;
  const judge =
    config.judge === undefined ? "trial judge of the embedded server, for trying out only" : config.judge.model;
  return [
    `model ${plan.model} · engine ${config.engines.map((engine) => engine.address).join(", ")} · sandbox ${config.sandbox.kind}`,
    `judge ${config.tasks.some((task) => task.family === "writing") ? judge : "not needed"}`,
    "",
    table(
      ["task", "family", "train", "validation", "test", "demonstrations"],
      plan.tasks.map((task) => [
        task.id,
        task.family,
        ...[task.train, task.validation, task.test, task.demonstrations].map(
          (n) => `${count(n)}${task.assumed ? " ?" : ""}`,
        ),
      ]),
    ),
    "",
    table(
      ["stage", "updates", "prompts"],
      [
        ...(plan.warmUpSteps > 0 ? [["warm-up (SFT)", String(plan.warmUpSteps), "–"]] : []),
        ...plan.stages.map(({ stage, updates, prompts }) => [stage, String(updates), String(prompts)]),
      ],
    ),
    "",
    `rollouts   ${count(plan.rollouts)} in training, ${count(plan.evaluationRollouts)} in ${plan.evaluations} evaluations`,
    `tokens     at most ${count(plan.maxGeneratedTokens)} generated in training`,
    `time       ${bounds.maxSeconds === null ? "unknown" : `at most ${showSeconds(bounds.maxSeconds)}`} (${bounds.basis})`,
    ...(bounds.judgeCalls === 0 ? [] : [judgeLine(bounds)]),
    "",
    ...(plan.tasks.some((task) => task.assumed)
      ? ["? the hub cannot be reached: counts are those of data.limit and data.split", ""]
      : []),
    ...plan.notices.flatMap((notice) => [notice, ""]),
    ...(plan.experiment === undefined ? [] : [...experimentLines(plan.experiment), ""]),
    "values that are not defaults:",
    ...chosenValues(loaded),
  ].join("\n");
}

const count = (value: number) => value.toLocaleString("en-US");

function judgeLine({ judgeCalls, judgeTokens }: Estimate): string {
  const tokens = judgeTokens === 0 ? "" : `, answers of at most ${count(judgeTokens)} tokens together`;
  return `judge      about ${count(judgeCalls)} calls${tokens}`;
}

function chosenValues({ config, provenance }: LoadedConfig): string[] {
  return Object.entries(provenance).flatMap(([path, origin]) => {
    if (origin.from === "default") return [];
    const place = origin.from === "flag" ? "--set" : `line ${origin.line}`;
    return [`  ${path} = ${valueAt(redactConfig(config), path)}  (${place})`];
  });
}

function valueAt(root: unknown, path: string): string {
  const parts = path.split(/\.|\[(\d+)\]\.?/).filter((part) => part !== undefined && part !== "");
  const value = parts.reduce<unknown>((at, part) => {
    return typeof at === "object" && at !== null ? (at as Record<string, unknown>)[part] : undefined;
  }, root);
  const shown = JSON.stringify(value) ?? "";
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
