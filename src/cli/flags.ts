import { type Command, InvalidArgumentError } from "commander";

/** Default folder of runs, as in a config. */
export const defaultRunsFolder = "runs";

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option("--json", "print one JSON document on stdout");
}

/** Adds `--set`, which may be given many times. */
export function withSet(command: Command): Command {
  return command.option(
    "--set <key=value>",
    "override a value of the config (YAML), e.g. --set train.lr=1e-6 --set tasks.arithmetic.klBeta=0.01",
    collect,
    [] as string[],
  );
}

/** Adds `--runs-folder`, where run ids are looked up. */
export function withRunsFolder(command: Command): Command {
  return command.option("--runs-folder <dir>", "folder that runs are in", defaultRunsFolder);
}

/** Adds `--run-id`. */
export function withRunId(command: Command): Command {
  return command.option("--run-id <id>", "name of the run (default: the config's name and the time)", runId);
}

/** Adds `--run-id` of a command that makes several runs, and goes on with them when it is given again. */
export function withLabId(command: Command): Command {
  return command.option("--run-id <id>", "name of the folder of runs (default: the config's name)", runId);
}

/** Parser of an option that is a whole number in a range. Throws what commander shows as wrong usage. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`use a whole number from ${least} to ${most}.`);
  };
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function runId(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) return value;
  throw new InvalidArgumentError('use letters, digits, ".", "_", "-" (at most 100).');
}
