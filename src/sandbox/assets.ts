import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of what runs inside sandboxes; the same distance from src/sandbox and dist/sandbox. */
const folder = new URL("../../docker/", import.meta.url);

/** Absolute path of a file under docker/, links resolved (Node's permission model asks for the real one). */
export function assetPath(name: string): string {
  return realpathSync(fileURLToPath(new URL(name, folder)));
}

/** Text of a file under docker/. */
export function assetText(name: string): string {
  return readFileSync(new URL(name, folder), "utf8");
}
