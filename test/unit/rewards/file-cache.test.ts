import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileCache } from "../../../src/rewards/judge/file-cache.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-file-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = (name: string) => createHash("sha256").update(name).digest("hex");
const pathOf = (name: string) => join(folder, key(name).slice(0, 2), `${key(name)}.json`);
const age = (path: string, ms: number) => {
  const at = new Date(Date.now() - ms);
  utimesSync(path, at, at);
};
const day = 86_400_000;
const hundred = "x".repeat(98);

describe("a cache in a folder", () => {
  it("drops what was not used for the longest time once it holds too many bytes", async () => {
    const cache = fileCache(folder, { maxBytes: 250, maxAgeMs: 30 * day });
    for (const name of ["a", "b", "c"]) await cache.set(key(name), hundred);
    for (const [at, name] of ["a", "b", "c"].entries()) age(pathOf(name), (3 - at) * day);
    expect(await cache.get(key("a"))).toBe(hundred); // used: now the youngest
    await cache.prune();
    expect(await Promise.all(["a", "b", "c"].map((name) => cache.get(key(name))))).toEqual([
      hundred,
      undefined,
      hundred,
    ]);
  });

  it("drops what is too old and drafts of processes that were killed, and leaves other files alone", async () => {
    const cache = fileCache(folder, { maxBytes: 1e6, maxAgeMs: 30 * day });
    for (const name of ["old", "new"]) await cache.set(key(name), 1);
    const shelf = join(folder, key("new").slice(0, 2));
    const drafts = ["0", "1"].map((n) => `${pathOf("new")}.0000000${n}-0000-4000-8000-000000000000`);
    const other = join(shelf, "notes.txt");
    for (const path of [...drafts, other]) writeFileSync(path, "{");
    age(pathOf("old"), 31 * day);
    age(drafts[0] ?? "", 2 * 3_600_000);
    age(other, 400 * day);
    await cache.prune();
    expect([pathOf("old"), pathOf("new"), ...drafts, other].map(existsSync)).toEqual([false, true, false, true, true]);
  });

  it("is pruned by itself with the first value that is kept", async () => {
    await fileCache(folder).set(key("old"), 1);
    age(pathOf("old"), 100 * day);
    await fileCache(folder).set(key("new"), 1);
    await expect
      .poll(() => readdirSync(folder, { recursive: true }).filter((name) => /json$/.test(String(name))))
      .toHaveLength(1);
  });
});
