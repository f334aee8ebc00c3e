import { lstat, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

/** What the folders of local workers' sockets begin with, below the system's folder for temporary files. */
export const FOLDER_PREFIX = "omni-workers-";
/** The name of the socket in such a folder. */
export const SOCKET = "workers.sock";

/** A folder that is younger may be one whose socket is only being made. */
const YOUNG_MS = 60_000;

/**
 * Removes the socket folders of this user's control planes that were killed: those where nobody listens. A pid would not
 * tell, since a folder may be shared with containers that count their own. Never throws.
 */
export async function sweepStaleFolders(base: string): Promise<void> {
  const names = await readdir(base).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(FOLDER_PREFIX))) {
    const folder = join(base, name);
    const found = await lstat(folder).catch(() => undefined);
    if (!found?.isDirectory() || found.uid !== process.getuid?.() || Date.now() - found.mtimeMs < YOUNG_MS) continue;
    if (!(await answers(join(folder, SOCKET))))
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether somebody listens; what else may be wrong counts as yes, so that nothing is removed for it. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect(socket);
    attempt.once("connect", () => {
      attempt.destroy();
      resolve(true);
    });
    attempt.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"),
    );
  });
}
