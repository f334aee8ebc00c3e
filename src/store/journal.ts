import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type RewardRecord, type Rollout, StoreError } from "../core/index.js";
import { decodeEntry, encodeEntry, type JournalEntry } from "./rollout-codec.js";

/** Rollouts and rewards of one unit of work (an optimizer step or an evaluation), as they arrive. */
export interface JournalPage {
  /** What is already there, by rollout id. */
  readonly rollouts: ReadonlyMap<string, Rollout>;
  readonly rewards: ReadonlyMap<string, RewardRecord>;
  /** Appends; on disk (in the page cache) when it returns, so that SIGKILL loses nothing. */
  addRollout(rollout: Rollout): void;
  addReward(rolloutId: string, reward: RewardRecord): void;
  /** Forgets everything, for a page made by other weights. */
  clear(): void;
  /** Flushes to the device and closes. */
  close(): void;
}

/**
 * Opens `journal/<name>.jsonl`. A torn last line (the writer was killed) is cut off; any other bad line is a StoreError
 * naming file and line.
 */
export function openJournalPage(folder: string, name: string): JournalPage {
  const path = join(folder, `${name}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  const rollouts = new Map<string, Rollout>();
  const rewards = new Map<string, RewardRecord>();
  const keep = (entry: JournalEntry) => {
    if (entry.kind === "rollout") rollouts.set(entry.rollout.id, entry.rollout);
    else rewards.set(entry.rolloutId, entry.reward);
  };
  const whole = existsSync(path) ? readEntries(path, keep) : 0;
  const file = openSync(path, "a");
  ftruncateSync(file, whole);
  const append = (entry: JournalEntry) => {
    appendWhole(file, path, `${encodeEntry(entry)}\n`);
    keep(entry);
  };
  return {
    rollouts,
    rewards,
    addRollout: (rollout) => append({ kind: "rollout", rollout }),
    addReward: (rolloutId, reward) => append({ kind: "reward", rolloutId, reward }),
    clear: () => {
      ftruncateSync(file, 0);
      rollouts.clear();
      rewards.clear();
    },
    close: () => {
      fdatasyncSync(file);
      closeSync(file);
    },
  };
}

/** Returns the length in bytes of the whole lines. */
function readEntries(path: string, keep: (entry: JournalEntry) => void): number {
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, whole).toString("utf8").split("\n");
  lines.forEach((line, at) => {
    if (line === "") return;
    try {
      keep(decodeEntry(line));
    } catch (cause) {
      throw new StoreError(`${path}:${at + 1}: damaged journal line; delete this file to generate its step anew`, {
        code: "bad_journal",
        cause,
      });
    }
  });
  return whole;
}

function appendWhole(file: number, path: string, text: string): void {
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  } catch (cause) {
    const full = (cause as NodeJS.ErrnoException).code === "ENOSPC";
    const remedy = full ? "the disk is full; free space, then resume the run" : (cause as Error).message;
    throw new StoreError(`${path}: cannot write: ${remedy}`, { code: full ? "disk_full" : "write_failed", cause });
  }
}
