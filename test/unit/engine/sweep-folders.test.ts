import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sweepFolders } from "../../../src/engine/sweep-folders.js";

it("sweeps empty folders of owners that are gone, and nothing else", () => {
  const base = mkdtempSync(join(tmpdir(), "omni-sweep-"));
  const gone = spawnSync("true").pid;
  const old = new Date(Date.now() - 3_600_000);
  const make = (name: string, file?: string) => {
    mkdirSync(join(base, name));
    if (file !== undefined) writeFileSync(join(base, name, file), "");
    utimesSync(join(base, name), old, old);
  };
  make(`omni-engine-${gone}-left`);
  make(`omni-engine-${gone}-used`, "engine.sock");
  make(`omni-engine-${process.pid}-mine`);
  make("omni-engine-abcdef");
  make(`other-${gone}-left`);
  mkdirSync(join(base, `omni-engine-${gone}-young`));
  sweepFolders(base);
  expect(readdirSync(base).toSorted()).toEqual(
    [
      `omni-engine-${gone}-used`,
      `omni-engine-${gone}-young`,
      `omni-engine-${process.pid}-mine`,
      "omni-engine-abcdef",
      `other-${gone}-left`,
    ].toSorted(),
  );
  rmSync(base, { recursive: true });
});
