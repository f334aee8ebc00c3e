import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { omni, omniKilledAt } from "../support/omni.js";

let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "omni-half-made-"));
  const rows = Array.from({ length: 20 }, (_, n) => JSON.stringify({ question: `${n}+1=`, answer: String(n + 1) }));
  writeFileSync(join(root, "sums.jsonl"), rows.join("\n"));
  // No engine answers there, so a run that gets past its folder ends at once.
  writeFileSync(
    join(root, "omni.yaml"),
    "version: 1\nmodel: { base: nano }\nengines: [{ address: '127.0.0.1:9' }]\ntasks: [{ id: sums, family: math, data: { source: sums.jsonl } }]\n",
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it.each([
  { when: "between its two folders", match: "mkdir .*runs/early/checkpoints" },
  { when: "in its config", match: "write .*runs/early/config.yaml", torn: true as const },
])("a run killed $when leaves its id free", { timeout: 120_000 }, async ({ when: _, ...moment }) => {
  const train = ["train", "omni.yaml", "--run-id", "early"];
  const cut = await omniKilledAt(moment, train, { cwd: root });
  expect(cut.signal, cut.stderr).toBe("SIGKILL");
  const resumed = await omni(["resume", "runs/early"], { cwd: root });
  expect(resumed.stderr).toMatch(/no such run|start it again with: omni train CONFIG --run-id early/);
  const again = await omni(train, { cwd: root });
  expect(again.stderr).toMatch(/no engine answers at 127\.0\.0\.1:9/);
  expect(existsSync(join(root, "runs", "early"))).toBe(false);
});

it("a run killed with an empty database goes on", { timeout: 120_000 }, async () => {
  const cut = await omniKilledAt({ match: "sql PRAGMA" }, ["train", "omni.yaml", "--run-id", "empty"], { cwd: root });
  expect(cut.signal, cut.stderr).toBe("SIGKILL");
  const resumed = await omni(["resume", "runs/empty"], { cwd: root });
  expect(resumed.stderr).toMatch(/no engine answers at 127\.0\.0\.1:9/);
});
