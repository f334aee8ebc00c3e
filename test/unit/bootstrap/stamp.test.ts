import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashInputs, readStamp, removeStamp, writeStamp } from "../../../scripts/bootstrap/stamp.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "omni-stamp-"));
  mkdirSync(join(root, "src/deep"), { recursive: true });
  writeFileSync(join(root, "src/deep/a.ts"), "a");
  writeFileSync(join(root, "lock.json"), "{}");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const hash = (...facts: string[]): string => hashInputs(root, ["src", "lock.json"], facts);

describe("a step's inputs", () => {
  it("hash the same until a file's content, name or presence, or a fact, changes", () => {
    const first = hash("node 20");
    expect(hash("node 20")).toBe(first);
    const others = [hash("node 22")];
    writeFileSync(join(root, "src/b.ts"), "");
    others.push(hash("node 20"));
    writeFileSync(join(root, "src/b.ts"), "b");
    others.push(hash("node 20"));
    rmSync(join(root, "src/b.ts"));
    rmSync(join(root, "lock.json"));
    others.push(hash("node 20"));
    expect(new Set([first, ...others]).size).toBe(5);
  });

  it("leave out what Python writes beside its sources", () => {
    const before = hash();
    mkdirSync(join(root, "src/__pycache__"));
    writeFileSync(join(root, "src/__pycache__/a.pyc"), "x");
    expect(hash()).toBe(before);
  });
});

describe("a stamp", () => {
  it("is read as written, and undefined where it is missing or cut off", () => {
    const file = join(root, "made/stamp.json");
    expect(readStamp(file)).toBeUndefined();
    writeStamp(file, { key: "k", state: "ready" });
    expect(readStamp(file)).toEqual({ key: "k", state: "ready" });
    writeFileSync(file, '{"key":');
    expect(readStamp(file)).toBeUndefined();
    removeStamp(file);
    expect(readStamp(file)).toBeUndefined();
  });
});
