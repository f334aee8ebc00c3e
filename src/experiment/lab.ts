import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { OmniConfig } from "../config/index.js";
import type { Engine, ModelInfo } from "../engine/engine.js";
import { createRunFolder, openRunStore, type RunStore, runFolder } from "../store/index.js";
import type { RunEvent } from "../telemetry/index.js";
import type { LoadedTask, Usage } from "../train/index.js";

/** One engine of an experiment, with what every node that runs on it shares: tasks with their variants, and a folder. */
export interface Lab {
  readonly config: OmniConfig;
  /** The config's tasks and those that ablations add. */
  readonly tasks: readonly LoadedTask[];
  readonly engine: Engine;
  /** As loaded from its base. */
  readonly model: ModelInfo;
  /** The experiment's own, with its config.yaml and checkpoints. */
  readonly folder: string;
  /** Folder that relative paths of the config start from. */
  readonly baseDir: string;
  /** Holds a run folder a node. */
  readonly nodesFolder: string;
  /** Put before checkpoint names. */
  readonly checkpointPrefix: string;
  readonly usage: () => Usage;
  readonly emit: (event: RunEvent) => void;
  readonly stop: AbortSignal;
  readonly signal: AbortSignal;
}

/** The experiment's engines; all of them read and write the same checkpoints. */
export type Labs = readonly [Lab, ...Lab[]];

/**
 * Opens a node's state for writing, made where it is not yet. Its folder is a run's, so that `omni runs show`, `omni eval`
 * and `omni export` take it; its config is the experiment's.
 */
export function openNodeStore(lab: Lab, id: string): RunStore {
  const made = runFolder(join(lab.nodesFolder, id));
  const folder = existsSync(made.database) ? made : createRunFolder(lab.nodesFolder, id);
  const store = openRunStore(folder, { write: true, create: true });
  // Asked of the last one: a kill may have come between the database and these.
  if (store.fact("baseDir") === undefined) {
    copyFileSync(join(lab.folder, "config.yaml"), folder.config);
    store.setFact("experiment", lab.folder);
    store.setFact("checkpointRoot", join(lab.folder, "checkpoints"));
    store.setFact("baseDir", lab.baseDir);
  }
  return store;
}
