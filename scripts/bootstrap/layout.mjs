import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json: a checkout, or the package as installed. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Where things lie. A checkout keeps its environment inside itself; an installed package, which may be read-only and is
 * replaced by updates, keeps it in the user's cache.
 * @param {string} folder @param {NodeJS.ProcessEnv} env
 */
export function layout(folder = root, env = process.env) {
  // npm never packs the lock file, so that is what tells a checkout.
  const checkout = existsSync(join(folder, "package-lock.json"));
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const cache = env.OMNI_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "omni-thinker");
  const home = checkout ? folder : join(cache, version);
  const venv = join(home, checkout ? ".venv" : "venv");
  const lock = join(home, checkout ? ".cache" : "", "setup.lock");
  return { root: folder, checkout, version, cache, home, venv, lock, python: join(venv, "bin", "python") };
}
