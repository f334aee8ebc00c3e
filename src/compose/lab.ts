import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig, type OmniConfig, renderConfig } from "../config/index.js";
import { StoreError } from "../core/index.js";
import type { Lab, OnNode } from "../experiment/index.js";
import { refuseNetworkFileSystem } from "../store/index.js";
import { openAdapters } from "./adapters.js";
import { never, type RunOptions } from "./run.js";

/** Settings of what makes several runs of one config: probes, experiments. */
export interface LabOptions extends Omit<RunOptions, "tasks"> {
  readonly config: OmniConfig;
  readonly baseDir: string;
  /** Folder below `run.folder`; default: the config's name. */
  readonly id?: string;
  /** Before each run. */
  readonly onNode?: OnNode;
}

/** What a report says besides results. */
export interface LabFacts {
  readonly folder: string;
  readonly name: string;
  readonly model: string;
  readonly cautions: readonly string[];
}

/**
 * Opens engine, tasks and a folder for several runs, does `work`, and closes them. The folder belongs to one config, so the
 * same call again finds what was finished, whoever ran it: an experiment takes over the probes of `omni transfer`.
 * @param withTasks the config with the tasks that variants add
 * @throws StoreError `other_config` when the folder holds runs of another config
 */
export async function inLab<T>(
  options: LabOptions,
  withTasks: OmniConfig,
  work: (lab: Lab, facts: LabFacts) => Promise<T>,
): Promise<T> {
  const { config } = options;
  const name = options.id ?? config.name ?? "experiment";
  const folder = await claimFolder(config, name);
  const emit = options.onEvent ?? (() => undefined);
  const signal = options.signal ?? never;
  const adapters = await openAdapters({
    config: withTasks,
    baseDir: options.baseDir,
    modelId: name,
    checkpointRoot: join(folder, "checkpoints"),
    logFile: join(folder, "engine.log"),
    signal,
    notice: (message) => emit({ kind: "notice", level: "info", message }),
  });
  try {
    const { engine, model, tasks, checkpointPrefix, usage, cautions } = adapters;
    const stop = options.stop ?? never;
    const nodesFolder = join(folder, "runs");
    const { baseDir } = options;
    const shared = { config, folder, baseDir, tasks, engine, model, nodesFolder, checkpointPrefix };
    const lab: Lab = { ...shared, usage, emit, stop, signal };
    const shown = `${model.base} (${(model.parameters / 1e6).toFixed(1)} M parameters)`;
    return await work(lab, { folder, name, model: shown, cautions });
  } finally {
    await adapters.close();
  }
}

/** Makes the folder, or finds it again for the same config. */
async function claimFolder(config: OmniConfig, name: string): Promise<string> {
  const folder = resolve(config.run.folder, name);
  const file = join(folder, "config.yaml");
  const text = renderConfig(config);
  // Resolved anew, so that a default which came later does not make it another config.
  if (existsSync(file) && renderConfig((await loadConfig(file)).config) !== text) {
    throw new StoreError(`${folder}: holds runs of another config; choose another --run-id, or remove it`, {
      code: "other_config",
    });
  }
  if (existsSync(join(folder, "run.db"))) {
    throw new StoreError(`${folder}: is a single run; choose another --run-id`, {
      code: "other_config",
    });
  }
  mkdirSync(join(folder, "runs"), { recursive: true });
  mkdirSync(join(folder, "checkpoints"), { recursive: true, mode: 0o700 });
  refuseNetworkFileSystem(folder);
  writeFileSync(file, text);
  return folder;
}
