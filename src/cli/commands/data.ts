import type { Command } from "commander";
import type { MakeDataSummary, TaskInspection } from "../../compose/index.js";
import { configOfFlags, loadConfig, placedError } from "../../config/index.js";
import { oneLine } from "../../telemetry/index.js";
import { exitCodes } from "../exit-code.js";
import { wholeNumber, withJson, withSet } from "../flags.js";
import { inputLines } from "../input-lines.js";
import { inspected } from "../inspect-text.js";
import { abortOnInterrupt } from "../interrupt.js";
import { answer, type Cli, say } from "../io.js";
import { configOf } from "../run-session.js";

interface MakeFlags {
  readonly input: string;
  readonly output: string;
  readonly question: string;
  readonly config?: string;
  readonly set: readonly string[];
}

/** `omni data inspect | distractors | references` */
export function addData(program: Command, cli: Cli): void {
  const data = program
    .command("data")
    .description("look at a config's data, or have a model make distractors or references");
  addInspect(data, cli);
  const distractors = data
    .command("distractors")
    .description("add 15 plausible wrong options to each question; checked by a second call, shuffled by seed")
    .option("--answer <field>", "field with the right answer, or a list of them", "answer")
    .option("--count <n>", "wrong options a question", wholeNumber(0, 1000), 15)
    .action((flags: MakeFlags & { readonly answer: string; readonly count: number }) =>
      make(cli, flags, async (options) => {
        const { fillDistractors } = await import("../../compose/index.js");
        return fillDistractors({ ...options, answer: flags.answer, count: flags.count });
      }),
    );
  const references = data
    .command("references")
    .description("add a model's own answer to each prompt, for a judge to compare with")
    .option("--system <text>", "system message", "")
    .action((flags: MakeFlags & { readonly system: string }) =>
      make(cli, flags, async (options) => {
        const { fillReferences } = await import("../../compose/index.js");
        return fillReferences({ ...options, system: flags.system });
      }),
    );
  for (const command of [distractors, references]) {
    command
      .requiredOption("--input <file>", "lines of JSON; - is stdin")
      .requiredOption("--output <file>", "lines of JSON; appended to, and what is there is not made again")
      .option("--question <field>", "field with the question", "question")
      .option(
        "--config <file>",
        "a config whose judge section names the endpoint and its limits, and whose seed is used",
      )
      .addHelpText("after", makeHelp(command.name()));
    withJson(withSet(command));
  }
}

const makeHelp = (name: string) => `
The endpoint is the judge section of a config, or of flags: any OpenAI-compatible one. Ended at any time, the same command goes
on. A line that fails is named on stderr and left out; the exit code is then 1, and the same command tries it again.

Example:
  $ omni data ${name} --input questions.jsonl --output made.jsonl --set judge.baseUrl=http://localhost:8000/v1 --set judge.model=NAME`;

function addInspect(data: Command, cli: Cli): void {
  const inspect = data
    .command("inspect")
    .description("what a config's data look like after mapping, filters and templates: counts, lengths, a few items")
    .argument("<config>", "config file")
    .option("--task <id>", "only this task")
    .option("--items <n>", "items shown of each task", wholeNumber(0, 1000), 3)
    .addHelpText("after", "\nExample:\n  $ omni data inspect omni.yaml --task math --items 1")
    .action(async (path: string, flags: { readonly set: readonly string[]; task?: string; items: number }) => {
      const loaded = await configOf(cli, path, flags);
      const { inspectData } = await import("../../compose/index.js");
      const { signal, end } = abortOnInterrupt(cli);
      try {
        const { config, baseDir } = loaded;
        const task = flags.task === undefined ? {} : { taskId: flags.task };
        const tasks: readonly TaskInspection[] = await inspectData({
          config,
          baseDir,
          show: flags.items,
          ...task,
          signal,
        });
        answer(cli, { tasks }, () => tasks.map(inspected).join("\n"));
      } catch (error) {
        throw placedError(error, loaded);
      } finally {
        end();
      }
    });
  withJson(withSet(inspect));
}

type Common = Parameters<typeof import("../../compose/index.js").fillReferences>[0];

async function make(
  cli: Cli,
  flags: MakeFlags,
  run: (options: Omit<Common, "system">) => Promise<MakeDataSummary>,
): Promise<void> {
  const { config } = flags.config
    ? await loadConfig(flags.config, { set: flags.set, env: cli.io.env })
    : configOfFlags(flags.set, cli.io.env);
  const { signal, end } = abortOnInterrupt(cli);
  let told = performance.now();
  try {
    const summary = await run({
      config,
      lines: inputLines(cli, flags.input, signal),
      output: flags.output,
      question: flags.question,
      signal,
      onFailure: (message) => say(cli, `error: ${oneLine(message)}`),
      onLine: ({ made, known, failed }) => {
        if (performance.now() - told < 5_000) return;
        told = performance.now();
        say(cli, `${made} made, ${known} there already, ${failed} failed so far`);
      },
    });
    if (summary.failed > 0) cli.exitCode = exitCodes.failure;
    answer(cli, summary, () => madeText(flags.output, summary));
  } finally {
    end();
  }
}

function madeText(output: string, { made, known, failed, usage }: MakeDataSummary): string {
  const { attempts, cacheHits, promptTokens, completionTokens, estimatedUsages, costUsd } = usage;
  return [
    `${output}: ${made} made, ${known} there already, ${failed} failed`,
    `${attempts} requests, ${cacheHits} replies from the cache, ${promptTokens} + ${completionTokens} tokens`,
    ...(estimatedUsages > 0 ? [`(${estimatedUsages} replies estimated)`] : []),
    ...(costUsd > 0 ? [`${costUsd.toFixed(4)} US dollars`] : []),
  ].join("; ");
}
