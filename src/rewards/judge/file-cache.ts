import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** JSON values by key (hexadecimal) in a folder that any number of processes may share. */
export interface FileCache {
  /** Undefined for what is not there or is damaged. */
  get(key: string): Promise<unknown>;
  /** A file is written whole, then named. A folder that cannot be written costs only the memory. */
  set(key: string, value: unknown): Promise<void>;
}

/** Opens the cache; its folder is made when something is kept. */
export function fileCache(folder: string): FileCache {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json`);
  return {
    get: async (key) => {
      try {
        return JSON.parse(await readFile(pathOf(key), "utf8"));
      } catch {
        return undefined;
      }
    },
    set: async (key, value) => {
      const path = pathOf(key);
      const draft = `${path}.${randomUUID()}`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(draft, JSON.stringify(value));
        await rename(draft, path);
      } catch {
        // What is not kept is asked again some day.
      }
    },
  };
}
