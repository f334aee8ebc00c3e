import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** JSON values by key (hexadecimal) in a folder that any number of processes may share. */
export interface FileCache {
  /** Undefined for what is not there or is damaged. */
  get(key: string): Promise<unknown>;
  /** A file is written whole, then named. A folder that cannot be written costs only the memory. */
  set(key: string, value: unknown): Promise<void>;
  /** Removes what {@link CacheLimits} no longer allow; runs by itself with the first `set`. */
  prune(): Promise<void>;
}

/** How much a cache keeps; what was not used for the longest time goes first. */
export interface CacheLimits {
  readonly maxBytes: number;
  /** Since its last use. */
  readonly maxAgeMs: number;
}

const DAY_MS = 86_400_000;
const DEFAULTS: CacheLimits = { maxBytes: 256 * 2 ** 20, maxAgeMs: 90 * DAY_MS };
/** A draft this old belongs to a process that was killed. */
const DRAFT_AGE_MS = 3_600_000;

/** Opens the cache; its folder is made when something is kept. Files that are not its own are left alone. */
export function fileCache(folder: string, limits: CacheLimits = DEFAULTS): FileCache {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json`);
  let _pruning: Promise<void> | undefined;
  return {
    get: async (key) => {
      const path = pathOf(key);
      try {
        const value: unknown = JSON.parse(await readFile(path, "utf8"));
        const now = new Date();
        await utimes(path, now, now).catch(() => undefined);
        return value;
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
      _pruning ??= prune(folder, limits);
    },
    prune: () => prune(folder, limits),
  };
}

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

async function prune(folder: string, { maxBytes, maxAgeMs }: CacheLimits): Promise<void> {
  const now = Date.now();
  const kept: Kept[] = [];
  for (const { path, draft } of await ownFiles(folder)) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    const age = now - found.mtimeMs;
    if (age > (draft ? DRAFT_AGE_MS : maxAgeMs)) await rm(path, { force: true }).catch(() => undefined);
    else if (!draft) kept.push({ path, bytes: found.size, usedAt: found.mtimeMs });
  }
  let bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of kept.toSorted((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= maxBytes) return;
    bytes -= file.bytes;
    await rm(file.path, { force: true }).catch(() => undefined);
  }
}

async function ownFiles(folder: string): Promise<readonly { readonly path: string; readonly draft: boolean }[]> {
  const own: { path: string; draft: boolean }[] = [];
  for (const shelf of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
    for (const name of await readdir(join(folder, shelf)).catch(() => [])) {
      const match = /^[0-9a-f]{64}\.json(\.[0-9a-f-]{36})?$/.exec(name);
      if (match !== null) own.push({ path: join(folder, shelf, name), draft: match[1] !== undefined });
    }
  }
  return own;
}
