import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The interpreter that has the server: OMNI_PYTHON, else the checkout's .venv. No server is a failure, never a skip. */
export function serverPython(): string {
  const path = process.env.OMNI_PYTHON ?? join(root, ".venv/bin/python");
  if (!existsSync(path)) throw new Error(`${path}: no Python with the server; npm test sets it up, or set OMNI_PYTHON`);
  return path;
}
