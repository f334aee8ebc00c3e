import type { LabOptions } from "../compose/index.js";
import { type LoadedConfig, placedError } from "../config/index.js";
import { openTelemetry, type RunEvent, showSeconds } from "../telemetry/index.js";
import { listenForInterrupt } from "./interrupt.js";
import { type Cli, say } from "./io.js";

/**
 * Runs what makes several runs of one config, with a line a run on stderr. The first Ctrl-C ends it after a clean save, the
 * second at once.
 */
export async function labSession<T>(
  cli: Cli,
  loaded: LoadedConfig,
  runId: string | undefined,
  start: (options: LabOptions) => Promise<T>,
): Promise<T> {
  const telemetry = openTelemetry({ stderr: cli.io.stderr });
  const { stop, signal, end } = listenForInterrupt(cli, () => true);
  try {
    const { config, baseDir } = loaded;
    return await start({
      config,
      baseDir,
      ...(runId === undefined ? {} : { id: runId }),
      stop,
      signal,
      onEvent: (event) => (isWorthTelling(event) ? telemetry.onEvent(event) : undefined),
      onNode: nodeTeller(cli),
    });
  } catch (error) {
    throw placedError(error, loaded);
  } finally {
    end();
    telemetry.close();
  }
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
