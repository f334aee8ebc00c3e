import { renameSync, writeFileSync } from "node:fs";

/** Writes a file beside its place and names it then: a kill leaves what was there before, or all of the new. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
