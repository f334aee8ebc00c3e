import { setMaxListeners } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { loadConfig, type OmniConfig, renderConfig, type ScheduleConfig } from "../config/index.js";
import { ConfigError, StoreError } from "../core/index.js";
import { createRunFolder, isHalfMade, openRunStore, type RunFolder, type RunStore, runFolder } from "../store/index.js";
import type { Task } from "../tasks/task.js";
import type { RunEvent } from "../telemetry/index.js";
import { type RunContext, type RunTotals, reportMarkdown, runTotals, timeSplit, train } from "../train/index.js";
import { type Adapters, openAdapters } from "./adapters.js";
import { judgeLimits } from "./judge.js";
import { watchMemory } from "./memory-watch.js";
import { settledLine, settleOrder } from "./settle-order.js";

/** What ended runs tell. */
export interface RunSummary {
  readonly runId: string;
  readonly runDir: string;
  readonly status: "finished" | "stopped";
  /** Optimizer steps in the weights, warm-up included. */
  readonly updates: number;
  readonly weightsHash: string;
  readonly checkpoint: string;
  /** Markdown. */
  readonly report: string;
  readonly reportPath: string;
  /** Highest resident memory of this process and its descendants together; absent where /proc does not tell. */
  readonly peakMemoryBytes?: number;
  readonly totals: RunTotals;
}

/** What every way of running takes. */
export interface RunOptions {
  readonly onEvent?: (event: RunEvent) => void;
  /** Finish the step under way, save, return with status `stopped`. */
  readonly stop?: AbortSignal;
  /** Give up at once; `resumeRun` goes on from the journal. */
  readonly signal?: AbortSignal;
  /** Tasks made in code (see defineTask), beside those of the config. */
  readonly tasks?: readonly Task[];
}

/** Settings of {@link trainRun}. */
export interface TrainOptions extends RunOptions {
  readonly config: OmniConfig;
  /** Folder that relative paths of the config start from; default: the working directory. */
  readonly baseDir?: string;
  /** Default: the config's name and the time. */
  readonly runId?: string;
}

/**
 * Trains from a config: warm-up if there is one, then GRPO.
 * @throws OmniError of any boundary; what had been done can be resumed
 */
export async function trainRun(options: TrainOptions): Promise<RunSummary> {
  const { config: given } = options;
  if (given.tasks.length + (options.tasks?.length ?? 0) === 0) {
    throw new ConfigError("tasks: a run needs at least one task", { code: "no_tasks" });
  }
  const customTasks = (options.tasks ?? []).map((task) => task.id);
  const { signal } = options;
  const { config, notices } = await settleOrder(given, { customTasks, ...(signal === undefined ? {} : { signal }) });
  for (const notice of notices) options.onEvent?.({ kind: "notice", ...notice });
  const runId = options.runId ?? newRunId(config.name ?? "run");
  const folder = createRunFolder(config.run.folder, runId);
  writeFileSync(folder.config, renderConfig(config));
  const store = openRunStore(folder, { write: true, create: true });
  store.setFact("baseDir", options.baseDir ?? process.cwd());
  let begun = false;
  const onEvent = (event: RunEvent) => {
    begun ||= event.kind === "run_started";
    options.onEvent?.(event);
  };
  try {
    return await execute(store, config, { ...options, onEvent });
  } catch (error) {
    // A run that never began leaves nothing behind, so that its id stays free.
    if (!begun) rmSync(folder.dir, { recursive: true, force: true });
    throw error;
  }
}

/** SFT alone: the warm-up of the config, no GRPO. */
export function sftRun(options: TrainOptions): Promise<RunSummary> {
  if (options.config.warmup === undefined) {
    throw new ConfigError("warmup: omni sft needs this section (demonstrationsPerTask, batchSize, steps, lr)", {
      code: "no_warmup",
    });
  }
  const { train: settings } = options.config;
  return trainRun({ ...options, config: { ...options.config, train: { ...settings, maxUpdates: 0 } } });
}

/** Goes on with a run from its folder: newest checkpoint, then replay of the journal, then new work. */
export async function resumeRun(options: RunOptions & { readonly runDir: string }): Promise<RunSummary> {
  const folder = runFolder(options.runDir);
  if (!existsSync(folder.config)) {
    throw new StoreError(`${folder.dir}: no run here (config.yaml is missing); list runs with: omni runs`, {
      code: "no_run",
    });
  }
  if (isHalfMade(folder)) {
    const again = `start it again with: omni train CONFIG --run-id ${folder.runId}`;
    throw new StoreError(`${folder.dir}: ended before the run began, so there is nothing to go on with; ${again}`, {
      code: "no_run",
    });
  }
  if (!existsSync(folder.database) && existsSync(`${folder.dir}/runs`)) throw severalRuns(folder.dir, folder.dir);
  const customTasks = (options.tasks ?? []).map((task) => task.id);
  const { config } = await loadConfig(folder.config, { customTasks });
  const store = openRunStore(folder, { write: true });
  const experiment = store.fact("experiment");
  if (experiment !== undefined) {
    store.close();
    throw severalRuns(folder.dir, experiment);
  }
  return execute(store, config, options);
}

/** Probes and experiments are resumed as a whole, by the command that made them. */
function severalRuns(dir: string, folder: string): StoreError {
  const again = `${folder}/config.yaml --run-id ${basename(folder)}`;
  const what = dir === folder ? "holds several runs" : `is part of ${folder}`;
  const message = `${dir}: ${what}; go on with: omni transfer ${again} (probes alone), or omni experiment ${again}`;
  return new StoreError(message, { code: "part_of_experiment" });
}

async function execute(store: RunStore, config: OmniConfig, options: RunOptions): Promise<RunSummary> {
  const memory = watchMemory();
  const emit = options.onEvent ?? (() => undefined);
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  try {
    const adapters = await openAdapters(adapterOptions(store, config, options, emit));
    try {
      recordThreads(store, adapters, emit);
      const outcome = await train(contextOf(store, config, adapters, options, emit));
      return summarise(store, config, adapters, outcome, memory.peakBytes());
    } finally {
      await adapters.close();
    }
  } finally {
    memory.close();
    store.close();
  }
}

/** A signal that never fires. */
export const never: AbortSignal = new AbortController().signal;
// One listener a call under way on one signal is normal here, not a leak.
setMaxListeners(0, never);

function adapterOptions(store: RunStore, config: OmniConfig, options: RunOptions, emit: (event: RunEvent) => void) {
  const { folder } = store;
  const notice = (level: "info" | "warn") => (message: string) => emit({ kind: "notice", level, message });
  return {
    config,
    modelId: folder.runId,
    checkpointRoot: folder.checkpoints,
    logFile: `${folder.dir}/engine.log`,
    baseDir: store.fact("baseDir") ?? dirname(folder.config),
    signal: options.signal ?? never,
    judgeThrottle: judgeLimits(config.judge, folder.dir, notice("warn")),
    notice: notice("info"),
    ...(options.tasks === undefined ? {} : { customTasks: options.tasks }),
  };
}

function contextOf(
  store: RunStore,
  config: OmniConfig,
  adapters: Adapters,
  options: RunOptions,
  emit: (event: RunEvent) => void,
): RunContext {
  const { engine, model, tasks, checkpointPrefix, usage } = adapters;
  const signals = { stop: options.stop ?? never, signal: options.signal ?? never };
  return { config, tasks, engine, model, store, checkpointPrefix, usage, time: timeSplit(), emit, ...signals };
}

/** Bit-for-bit replay holds for one thread count; another is said, not refused. */
function recordThreads(store: RunStore, { engine }: Adapters, emit: (event: RunEvent) => void): void {
  const now = String(engine.capabilities.threads);
  const before = store.fact("threads") ?? now;
  store.setFact("threads", before);
  if (before === now) return;
  const message = `this run was made with ${before} threads, the engine now has ${now}: replay may differ in the last bits`;
  emit({ kind: "notice", level: "warn", message });
}

function summarise(
  store: RunStore,
  { schedule }: OmniConfig,
  adapters: Adapters,
  outcome: Awaited<ReturnType<typeof train>>,
  peakMemoryBytes: number | undefined,
): RunSummary {
  const { folder } = store;
  const { sandbox, judge, engine, model } = adapters;
  const report = reportMarkdown(
    {
      runId: folder.runId,
      model: `${model.base} (${(model.parameters / 1e6).toFixed(1)} M parameters)`,
      engine: `${engine.capabilities.backend} on ${engine.capabilities.device}, ${engine.capabilities.threads} threads`,
      sandbox: `${sandbox.description.kind} (${sandbox.description.detail})`,
      judge: judge?.model ?? "none",
      checkpoint: checkpointPlace(folder, adapters, outcome.checkpoint),
      peakMemoryBytes,
      cautions: adapters.cautions,
      ...orderFact(schedule),
    },
    store.steps(),
    store.evaluations(),
  );
  writeFileSync(folder.report, report);
  return {
    runId: folder.runId,
    runDir: folder.dir,
    status: outcome.status,
    updates: outcome.steps,
    weightsHash: outcome.weightsHash,
    checkpoint: checkpointPlace(folder, adapters, outcome.checkpoint),
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    report,
    reportPath: folder.report,
    totals: runTotals(store.steps(), store.evaluations()),
  };
}

/** How the order came to be, where it was solved. */
function orderFact(schedule: ScheduleConfig): { readonly order?: string } {
  if (schedule.kind !== "curriculum" || schedule.settled === undefined || schedule.order === "auto") return {};
  return { order: settledLine(schedule.order, schedule.settled) };
}

function checkpointPlace(folder: RunFolder, { checkpointPrefix, engine }: Adapters, name: string): string {
  return checkpointPrefix === "" ? `${folder.checkpoints}/${name}` : `${name} on ${engine.address}`;
}

function newRunId(name: string): string {
  return `${name}-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;
}
