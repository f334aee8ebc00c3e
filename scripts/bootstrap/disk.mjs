import { mkdirSync, statfsSync } from "node:fs";
import { SetupFailure } from "./failure.mjs";

const GIGABYTE = 1e9;

/**
 * Fails before anything is half-written where the disk below `folder` has too little room.
 * @param {string} folder made if it is not there
 * @param {number} neededBytes
 * @param {(folder: string) => number} [freeBytes]
 */
export function requireDisk(folder, neededBytes, freeBytes = freeBelow) {
  const free = freeBytes(folder);
  if (free >= neededBytes) return;
  throw new SetupFailure(
    `${folder} has ${gigabytes(free)} GB free; set-up needs about ${gigabytes(neededBytes)} GB there`,
    "free some space (or move the checkout; for an installed package set OMNI_CACHE_DIR), then run it again",
    { code: "no_disk" },
  );
}

function freeBelow(folder) {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const gigabytes = (bytes) => (bytes / GIGABYTE).toFixed(1);
