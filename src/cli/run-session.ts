import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { RunOptions, RunSummary } from "../compose/index.js";
import { type ConfigOptions, type LoadedConfig, loadConfig, placedError } from "../config/index.js";
import { ConfigError, OmniError, StoreError } from "../core/index.js";
import { openTelemetry, type RunEvent } from "../telemetry/index.js";
import { exitCodeOf, exitCodes } from "./exit-code.js";
import { reportFailure } from "./failure.js";
import { listenForInterrupt } from "./interrupt.js";
import { answer, type Cli, say } from "./io.js";

/** Loads the config of a command and says its warnings. */
export async function configOf(
  cli: Cli,
  path: string,
  options: ConfigOptions & { readonly set?: readonly string[] },
): Promise<LoadedConfig> {
  const loaded = await loadConfig(path, { ...options, env: cli.io.env });
  if (loaded.config.tasks.length === 0) {
    throw new ConfigError(`${shortPath(loaded.path)}:1:1: no tasks; add a section tasks, see omni init`, {
      code: "no_tasks",
    });
  }
  for (const warning of loaded.warnings) say(cli, `warning: ${warning}`);
  return loaded;
}

/**
 * Runs to the end, to a clean save, or to a failure, shown live on stderr; the report or the summary goes to stdout.
 * A failure after the run began can be resumed and ends with exit code 4.
 */
export async function runSession(
  cli: Cli,
  start: (options: RunOptions) => Promise<RunSummary>,
  loaded?: LoadedConfig,
): Promise<void> {
  const telemetry = openTelemetry({ stderr: cli.io.stderr });
  let runDir: string | undefined;
  const interruption = listenForInterrupt(cli, () => runDir !== undefined);
  const onEvent = (event: RunEvent) => {
    if (event.kind === "run_started") runDir = event.runDir;
    telemetry.onEvent(event);
  };
  try {
    const { stop, signal } = interruption;
    const summary = await start({ onEvent, stop, signal });
    telemetry.close();
    finish(cli, summary);
  } catch (error) {
    telemetry.close();
    if (runDir === undefined || !canResume(error)) throw loaded === undefined ? error : placedError(error, loaded);
    reportFailure(cli, error, { exitCode: exitCodes.resumable, resume: shortPath(runDir) });
  } finally {
    interruption.end();
  }
}

function finish(cli: Cli, summary: RunSummary): void {
  answer(cli, summary, () => summary.report);
  if (summary.status === "finished") {
    say(cli, `report: ${shortPath(summary.reportPath)}`);
    return;
  }
  cli.exitCode = exitCodes.interrupted;
  say(cli, `stopped after a clean save; resume with: omni resume ${shortPath(summary.runDir)}`);
}

/** What the user must mend first cannot be resumed as it is. */
function canResume(error: unknown): boolean {
  const { boundary } = OmniError.from(error);
  return boundary === "cancelled" || exitCodeOf(OmniError.from(error)) === exitCodes.failure;
}

/** Folder of a run given by its path, or by its id below the runs folder. @throws StoreError `no_run` */
export function runFolderOf(run: string, runsFolder: string): string {
  const places = [resolve(run), resolve(runsFolder, run)];
  const found = places.find((place) => existsSync(join(place, "config.yaml")));
  if (found !== undefined) return found;
  throw new StoreError(
    `${run}: no such run (looked in ${places.map(shortPath).join(" and ")}); list them with: omni runs`,
    {
      code: "no_run",
    },
  );
}

/** Relative to the working directory where that is shorter. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near !== "" && !near.startsWith("..") ? near : path;
}
