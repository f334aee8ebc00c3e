import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { loadConfig, type OmniConfig } from "../config/index.js";
import { StoreError } from "../core/index.js";
import { createRunFolder, openRunStore, runFolder } from "../store/index.js";
import {
  type EvaluationResult,
  evaluateAt,
  heldOutItems,
  type RunContext,
  timeSplit,
  writeResponses,
} from "../train/index.js";
import { openAdapters } from "./adapters.js";
import type { RunOptions } from "./run.js";

/** What an evaluation tells. */
export interface EvalSummary {
  readonly model: string;
  /** Checkpoint name, or null for the base model. */
  readonly checkpoint: string | null;
  readonly weightsHash: string;
  readonly split: string;
  readonly result: EvaluationResult;
  /** JSONL with every response and its scores. */
  readonly responses: string;
  readonly cautions: readonly string[];
}

/** What one evaluation does otherwise than its config says, in the section `eval` or for a single task. */
export type EvalOverrides = Partial<Pick<OmniConfig["eval"], "split" | "samples" | "temperature" | "itemsPerTask">>;

/** Evaluates a config's base model on its held-out items; responses are kept below `run.folder`/evaluations. */
export function evalConfig(
  options: RunOptions & { readonly config: OmniConfig; readonly baseDir: string; readonly eval?: EvalOverrides },
): Promise<EvalSummary> {
  const { config } = options;
  const responses = responsesPath(config.run.folder, config.name ?? "run");
  return evaluate({ ...options, config: overridden(config, options.eval), checkpoint: null, responses });
}

/**
 * Evaluates the newest checkpoint of a run, or the named one, on the run's tasks. Nothing of the run is touched but its
 * folder `evaluations`, where responses are kept.
 * @throws StoreError `no_checkpoint` naming those there are
 */
export async function evalRun(
  options: RunOptions & {
    readonly runDir: string;
    readonly checkpoint?: string;
    readonly eval?: EvalOverrides;
    /** Tasks, eval, judge and sandbox of this config instead of the run's: benchmarks. */
    readonly on?: { readonly config: OmniConfig; readonly baseDir: string };
  },
): Promise<EvalSummary> {
  const folder = runFolder(options.runDir);
  const store = openRunStore(folder, { write: false });
  const held = store.checkpoints();
  const baseDir = store.fact("baseDir") ?? process.cwd();
  const root = store.fact("checkpointRoot") ?? folder.checkpoints;
  store.close();
  const wanted = options.checkpoint ?? held.at(-1)?.name;
  if (wanted === undefined) {
    throw new StoreError(`${folder.dir}: this run has no checkpoint yet; resume it with: omni resume ${folder.dir}`, {
      code: "no_checkpoint",
    });
  }
  if (!held.some((entry) => entry.name === wanted)) {
    const there = held.map((entry) => entry.name).join(", ") || "none";
    throw new StoreError(`${folder.dir}: no checkpoint "${wanted}" (there: ${there})`, { code: "no_checkpoint" });
  }
  const { config } = await loadConfig(folder.config, { customTasks: (options.tasks ?? []).map((task) => task.id) });
  const { tasks, eval: settings, judge: _, ...rest } = { ...config, ...options.on?.config };
  const judge = options.on === undefined ? config.judge : options.on.config.judge;
  const { model, engines } = config;
  const asked = { ...rest, model, engines, tasks, eval: settings, ...(judge === undefined ? {} : { judge }) };
  return evaluate({
    ...options,
    config: overridden(asked, options.eval),
    baseDir: options.on?.baseDir ?? baseDir,
    checkpoint: { root, name: wanted },
    responses: responsesPath(folder.dir, wanted.replaceAll("/", "-")),
  });
}

function overridden(config: OmniConfig, more: EvalOverrides = {}): OmniConfig {
  const { samples, temperature, itemsPerTask: items } = more;
  const asked = Object.entries({ samples, temperature, items }).filter(([, value]) => value !== undefined);
  const tasks = config.tasks.map((task) => ({ ...task, eval: { ...task.eval, ...Object.fromEntries(asked) } }));
  return { ...config, tasks, eval: { ...config.eval, ...more } };
}

/** A fresh file name: evaluations of one checkpoint lie side by side. */
function responsesPath(folder: string, name: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 19);
  return join(folder, "evaluations", `${name}-${stamp}.jsonl`);
}

interface EvaluateOptions extends RunOptions {
  readonly config: OmniConfig;
  readonly baseDir: string;
  readonly checkpoint: { readonly root: string; readonly name: string } | null;
  readonly responses: string;
}

/** Runs in a throw-away folder, so that an evaluation can never leave marks in a run. */
async function evaluate(options: EvaluateOptions): Promise<EvalSummary> {
  const { config, checkpoint } = options;
  const scratch = mkdtempSync(join(tmpdir(), "omni-eval-"));
  const folder = createRunFolder(scratch, "eval");
  const store = openRunStore(folder, { write: true, create: true });
  const never = new AbortController().signal;
  const signal = options.signal ?? never;
  const emit = options.onEvent ?? (() => undefined);
  try {
    const adapters = await openAdapters({
      config,
      baseDir: options.baseDir,
      modelId: basename(scratch),
      checkpointRoot: checkpoint?.root ?? folder.checkpoints,
      logFile: join(folder.dir, "engine.log"),
      signal,
      notice: (message) => emit({ kind: "notice", level: "info", message }),
      ...(options.tasks === undefined ? {} : { customTasks: options.tasks }),
    });
    try {
      const { engine, checkpointPrefix, usage, tasks, cautions } = adapters;
      const model = checkpoint === null ? adapters.model : await engine.checkpoints.load(checkpoint.name, { signal });
      const run = {
        config,
        tasks,
        engine,
        model,
        store,
        checkpointPrefix,
        usage,
        time: timeSplit(),
        emit,
        stop: never,
        signal,
      };
      const result = await evaluateAt(run, "eval", model.weightsVersion);
      keepResponses(run, options.responses);
      const { base, weightsHash } = model;
      return {
        model: base,
        checkpoint: checkpoint?.name ?? null,
        weightsHash,
        split: config.eval.split,
        result,
        responses: options.responses,
        cautions,
      };
    } finally {
      await adapters.close();
    }
  } finally {
    store.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function keepResponses(run: RunContext, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const page = run.store.journal("eval-eval");
  try {
    writeResponses(path, heldOutItems(run), page);
  } finally {
    page.close();
  }
}
