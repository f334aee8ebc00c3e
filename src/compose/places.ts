import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrerequisiteError } from "../core/index.js";

/** Folder that holds package.json, proto/ and pytorch-server/. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** Version of this package. */
export const version: string = packageVersion();

/** Where downloads and converted models are kept: OMNI_CACHE_DIR, else ~/.cache/omni-thinker. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.OMNI_CACHE_DIR ?? join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "omni-thinker");
}

/**
 * The Python that has the server: OMNI_PYTHON, the checkout's .venv, or the one that `omni setup` made in the cache.
 * @throws PrerequisiteError `no_server` naming the command that installs it
 */
export function serverPython(env: NodeJS.ProcessEnv = process.env): string {
  const places = [join(packageRoot, ".venv"), join(cacheFolder(env), version, "venv")];
  const found = env.OMNI_PYTHON ?? places.map((place) => join(place, "bin", "python")).find((path) => existsSync(path));
  if (found === undefined) {
    throw new PrerequisiteError("the PyTorch server is not installed; install it with: omni setup", {
      code: "no_server",
    });
  }
  return found;
}

function packageVersion(): string {
  const file = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return file.version;
}
