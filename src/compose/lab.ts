import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig, type OmniConfig, renderConfig } from "../config/index.js";
import { ConfigError, StoreError } from "../core/index.js";
import type { Lab, Labs, OnNode } from "../experiment/index.js";
import { refuseNetworkFileSystem, writeWhole } from "../store/index.js";
import { type Adapters, openAdapters } from "./adapters.js";
import { engineShares } from "./engine-shares.js";
import { judgeLimits } from "./judge.js";
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
 * Opens every engine of the config with tasks, and a folder for several runs, does `work`, and closes them. The folder belongs
 * to one config, so the same call again finds what was finished, whoever ran it: an experiment takes over the probes of
 * `omni transfer`.
 * @param withTasks the config with the tasks that variants add
 * @throws ConfigError `engines`; StoreError `other_config` when the folder holds runs of another config
 */
export async function inLab<T>(
  options: LabOptions,
  withTasks: OmniConfig,
  work: (labs: Labs, facts: LabFacts) => Promise<T>,
): Promise<T> {
  const { config, baseDir } = options;
  const name = options.id ?? config.name ?? "experiment";
  const shares = engineShares(withTasks);
  const folder = await claimFolder(config, name);
  const emit = options.onEvent ?? (() => undefined);
  const signal = options.signal ?? never;
  const stop = options.stop ?? never;
  const opened: Adapters[] = [];
  const judgeThrottle = judgeLimits(config.judge, folder, (message) =>
    emit({ kind: "notice", level: "warn", message }),
  );
  try {
    for (const [at, share] of shares.entries()) {
      const adapters = await openAdapters({
        config: share,
        baseDir,
        modelId: name,
        checkpointRoot: join(folder, "checkpoints"),
        logFile: join(folder, at === 0 ? "engine.log" : `engine-${at + 1}.log`),
        signal,
        judgeThrottle,
        notice: (message) => emit({ kind: "notice", level: "info", message }),
      });
      opened.push(adapters);
    }
    const shared = { config, folder, baseDir, nodesFolder: join(folder, "runs"), emit, stop, signal };
    const labOf = ({ tasks, engine, model, checkpointPrefix, usage }: Adapters): Lab => {
      return { ...shared, tasks, engine, model, checkpointPrefix, usage };
    };
    const [first, ...others] = opened;
    if (first === undefined) throw new ConfigError("engines: there is none", { code: "engines" }); // the schema wants one
    const { model, cautions } = first;
    const shown = `${model.base} (${(model.parameters / 1e6).toFixed(1)} M parameters)`;
    return await work([labOf(first), ...others.map(labOf)], { folder, name, model: shown, cautions });
  } finally {
    for (const adapters of opened.reverse()) await adapters.close();
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
  writeWhole(file, text);
  return folder;
}
