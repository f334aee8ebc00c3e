import { readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Younger ones may be of a process that this one cannot see, in another container with the same folder for temporaries. */
const quietMs = 60_000;

/**
 * Takes away the socket folders that processes left behind which were killed: empty (the server took its socket with it), not
 * just made, and of an owner that is gone. A folder with anything in it stays.
 */
export function sweepFolders(base: string): void {
  for (const name of readdirSync(base)) {
    const owner = /^omni-engine-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    try {
      const path = join(base, name);
      if (Date.now() - statSync(path).mtimeMs > quietMs) rmdirSync(path);
    } catch {
      // Not empty, another user's, or swept by another process meanwhile.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
