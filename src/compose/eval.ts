import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { loadConfig, type OmniConfig } from "../config/index.js";
import { StoreError } from "../core/index.js";
import { createRunFolder, openRunStore, runFolder } from "../store/index.js";
import { type EvaluationResult, evaluateAt, timeSplit } from "../train/index.js";
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
  readonly cautions: readonly string[];
}

/** Evaluates a config's base model on its held-out items. Nothing is kept: use a run for that. */
export function evalConfig(options: RunOptions & { readonly config: OmniConfig; readonly baseDir: string }) {
  return evaluate({ ...options, checkpoint: null });
}

/** Evaluates the newest checkpoint of a run; the run itself is not touched. */
export async function evalRun(options: RunOptions & { readonly runDir: string }): Promise<EvalSummary> {
  const folder = runFolder(options.runDir);
  const store = openRunStore(folder, { write: false });
  const newest = store.checkpoints().at(-1);
  const baseDir = store.fact("baseDir") ?? process.cwd();
  store.close();
  if (newest === undefined) {
    throw new StoreError(`${folder.dir}: this run has no checkpoint yet; resume it with: omni resume ${folder.dir}`, {
      code: "no_checkpoint",
    });
  }
  const { config } = await loadConfig(folder.config);
  return evaluate({ ...options, config, baseDir, checkpoint: { root: folder.checkpoints, name: newest.name } });
}

interface EvaluateOptions extends RunOptions {
  readonly config: OmniConfig;
  readonly baseDir: string;
  readonly checkpoint: { readonly root: string; readonly name: string } | null;
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
      const { base, weightsHash } = model;
      return {
        model: base,
        checkpoint: checkpoint?.name ?? null,
        weightsHash,
        split: config.eval.split,
        result,
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
