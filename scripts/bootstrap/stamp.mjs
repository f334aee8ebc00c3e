import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Every file below `path` (or the file itself), sorted, caches left out. */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.name !== "__pycache__" && !entry.name.endsWith(".egg-info"))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)]));
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
}

/**
 * A hash of the inputs of a step: the content and names of files below `paths`, and `facts`.
 * @param {string} root
 * @param {readonly string[]} paths relative to root; one that is missing counts as empty
 * @param {readonly string[]} [facts]
 */
export function hashInputs(root, paths, facts = []) {
  const hash = createHash("sha256");
  for (const fact of facts) hash.update(`fact ${fact}\n`);
  for (const file of paths.flatMap((path) => filesBelow(join(root, path)))) {
    const content = readFileSync(file);
    hash.update(`file ${relative(root, file)} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** What the stamp says, or undefined where there is none that can be read. */
export function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Writes the stamp at once or not at all. */
export function writeStamp(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(content)}\n`);
  renameSync(fresh, file);
}

/** Takes the stamp away: from here on the step counts as undone. */
export function removeStamp(file) {
  rmSync(file, { force: true });
}
