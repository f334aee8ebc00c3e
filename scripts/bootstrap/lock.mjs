import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 300;

/**
 * Runs `work` while no other set-up of the same place runs; waits for one that does, and says so. A lock left by a process
 * that is gone counts for nothing.
 * @template T
 * @param {string} file @param {(line: string) => void} say @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(file, say, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !claim(file); told = true) {
    const holder = holderOf(file);
    if (holder === undefined) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say(`waiting for another set-up of this folder (process ${holder})`);
    await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function claim(file) {
  try {
    writeFileSync(file, `${process.pid}`, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds the lock, or undefined when it is gone. */
function holderOf(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === "EPERM" ? Number(readFileSync(file, "utf8")) : undefined;
  }
}
