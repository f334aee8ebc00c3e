import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig } from "../config/index.js";
import { StoreError } from "../core/index.js";
import { openRunStore, type RunStore, runFolder } from "../store/index.js";
import { openEngine } from "./engine.js";
import type { RunOptions } from "./run.js";

/** A run at a glance. */
export interface RunListing {
  readonly runId: string;
  readonly runDir: string;
  /** `stopped` also when its process was killed: it can be resumed. */
  readonly status: "finished" | "running" | "stopped";
  readonly steps: number;
  readonly checkpoint: string | null;
}

/** Runs below a folder, by name. A folder that does not exist has none. */
export function listRuns(runsFolder: string): readonly RunListing[] {
  if (!existsSync(runsFolder)) return [];
  const names = readdirSync(runsFolder).filter((name) => existsSync(join(runsFolder, name, "run.db")));
  return names.sort().map((name) => reading(join(runsFolder, name), listing));
}

/** One run with every step's and evaluation's record. @throws StoreError `no_run` */
export function showRun(runDir: string) {
  return reading(runDir, (store) => ({
    ...listing(store),
    steps: store.steps(),
    evaluations: store.evaluations(),
    checkpoints: store.checkpoints(),
  }));
}

function reading<T>(runDir: string, read: (store: RunStore) => T): T {
  const store = openRunStore(runFolder(runDir), { write: false });
  try {
    return read(store);
  } finally {
    store.close();
  }
}

function listing(store: RunStore): RunListing {
  const { runId, dir } = store.folder;
  const checkpoint = store.checkpoints().at(-1)?.name ?? null;
  return { runId, runDir: dir, status: statusOf(store), steps: store.steps().length, checkpoint };
}

/** The fact tells how the last process ended that came to an end by itself; the lease, whether there is one now. */
function statusOf(store: RunStore): RunListing["status"] {
  if (store.fact("status") === "finished") return "finished";
  return store.isBeingWritten() ? "running" : "stopped";
}

/**
 * Writes the newest checkpoint (or the named one) of a run as a folder that transformers loads.
 * @throws StoreError when there is none, or the folder to write to is not empty
 */
export async function exportRun(
  options: RunOptions & { readonly runDir: string; readonly to: string; readonly checkpoint?: string },
): Promise<{ readonly folder: string; readonly files: readonly string[]; readonly bytes: number }> {
  const folder = runFolder(options.runDir);
  const to = resolve(options.to);
  if (existsSync(to) && readdirSync(to).length > 0) {
    throw new StoreError(`${to}: not empty; choose another folder`, { code: "not_empty" });
  }
  const { held, checkpointRoot } = reading(folder.dir, (store) => ({
    held: store.checkpoints(),
    checkpointRoot: store.fact("checkpointRoot") ?? folder.checkpoints,
  }));
  const name = options.checkpoint ?? held.at(-1)?.name;
  if (name === undefined || !held.some((entry) => entry.name === name)) {
    const there = held.map((entry) => entry.name).join(", ") || "none";
    throw new StoreError(`${folder.dir}: no checkpoint ${name ?? ""} to export (there: ${there})`, {
      code: "no_checkpoint",
    });
  }
  const { config } = await loadConfig(folder.config);
  const signal = options.signal ?? new AbortController().signal;
  const notice = (message: string) => options.onEvent?.({ kind: "notice", level: "info", message });
  const logFile = join(folder.dir, "engine.log");
  const opened = await openEngine({
    config,
    modelId: folder.runId,
    checkpointRoot,
    logFile,
    signal,
    notice,
  });
  try {
    await opened.engine.checkpoints.load(name, { signal });
    const written = await opened.engine.checkpoints.export(`export-${name.replaceAll("/", "-")}`, { signal });
    mkdirSync(to, { recursive: true });
    cpSync(written.folder, to, { recursive: true });
    rmSync(written.folder, { recursive: true, force: true });
    return { folder: to, files: written.files, bytes: written.bytes };
  } finally {
    await opened.close();
  }
}
