import { Command, CommanderError } from "commander";
import { OmniError } from "../core/index.js";
import { addData } from "./commands/data.js";
import { addDoctor } from "./commands/doctor.js";
import { addEval } from "./commands/eval.js";
import { addExperiment } from "./commands/experiment.js";
import { addExport } from "./commands/export.js";
import { addInit } from "./commands/init.js";
import { addPlan } from "./commands/plan.js";
import { addResume } from "./commands/resume.js";
import { addReward } from "./commands/reward.js";
import { addRuns } from "./commands/runs.js";
import { addSandbox } from "./commands/sandbox/sandbox.js";
import { addSchedule } from "./commands/schedule.js";
import { addSetup } from "./commands/setup.js";
import { addSft } from "./commands/sft.js";
import { addTrain } from "./commands/train.js";
import { addTransfer } from "./commands/transfer.js";
import { addWorker } from "./commands/worker.js";
import { exitCodes } from "./exit-code.js";
import { reportFailure } from "./failure.js";
import type { Cli, CliIo } from "./io.js";

/** Runs `omni` with these arguments (without node and script) to its end; its exit code. Never rejects. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const cli: Cli = { io, json: argv.includes("--json"), exitCode: exitCodes.ok };
  const program = buildProgram(cli);
  try {
    if (argv[0] === "--version" || argv[0] === "-V") {
      const { version } = await import("../compose/index.js");
      io.stdout.write(`${version}\n`);
    } else {
      await program.parseAsync([...argv], { from: "user" });
    }
  } catch (error) {
    if (error instanceof CommanderError) reportUsage(cli, error, named(program, argv));
    else reportFailure(cli, error);
  }
  return cli.exitCode;
}

function buildProgram(cli: Cli): Command {
  const program = new Command("omni")
    .description(
      "Multi-task RL post-training of language models: hybrid rewards, sandboxes, schedules, a PyTorch server.",
    )
    .option("-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError()
    .addHelpText("after", examples);
  const commands = [
    addInit,
    addSetup,
    addDoctor,
    addPlan,
    addTrain,
    addResume,
    addEval,
    addSft,
    addExperiment,
    addRuns,
    addExport,
    addTransfer,
    addSchedule,
    addSandbox,
    addReward,
    addData,
    addWorker,
  ];
  for (const add of commands) add(program, cli);
  for (const command of [program, ...descendants(program)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => cli.io.stdout.write(text),
      writeErr: (text) => cli.io.stderr.write(text),
      // Told once and in one line, by reportUsage.
      outputError: () => undefined,
      getOutHelpWidth: () => cli.io.stdout.columns ?? 100,
      getErrHelpWidth: () => cli.io.stderr.columns ?? 100,
    });
  }
  return program;
}

const examples = `
Examples:
  $ omni init                 write a commented omni.yaml
  $ omni doctor               what is installed, what is missing
  $ omni plan omni.yaml       what a run would do
  $ omni train omni.yaml      train; Ctrl-C saves, then: omni resume RUN
  $ omni runs show RUN        what a run did

Data goes to stdout, all else to stderr. Every command takes --json.
Exit codes: 0 ok, 1 failure, 2 usage or config, 3 prerequisite missing, 4 stopped but resumable, 130 interrupted after a clean save.`;

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}

/** The command that the first words name, as far as they name one: with its parents, as one types them. */
function named(command: Command, [word, ...rest]: readonly string[]): string {
  const child = command.commands.find((each) => each.name() === word);
  return child === undefined ? command.name() : `${command.name()} ${named(child, rest)}`;
}

/** Commander's own outcomes: asked-for help is no error, all else is wrong usage of that command. */
function reportUsage(cli: Cli, error: CommanderError, command: string): void {
  if (error.exitCode === 0) return;
  cli.exitCode = exitCodes.usage;
  // The help itself is on stderr already.
  if (error.code === "commander.help" && !cli.json) return;
  const problem = error.code === "commander.help" ? "a command is missing" : error.message.replace(/^error: /, "");
  const message = `${problem.replaceAll(/\s+/g, " ")}; see: ${command} --help`;
  reportFailure(cli, new OmniError("config", message, { code: "usage", cause: error }));
}
