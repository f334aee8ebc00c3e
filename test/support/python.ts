import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The interpreter that has the server: OMNI_PYTHON, else the checkout's .venv; undefined where there is none. */
export function serverPython(): string | undefined {
  const path = process.env.OMNI_PYTHON ?? join(root, ".venv/bin/python");
  return existsSync(path) ? path : undefined;
}
