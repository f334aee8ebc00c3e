import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { isAlive } from "../../support/processes.js";
import { serverPython } from "../../support/python.js";
import { handlerModule, opened, probe } from "./opened.js";

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test("of jobs whose workers are killed at random each is answered once", async () => {
  const workers = await opened({ local: 2 });
  const jobs = Array.from({ length: 1500 }, (_, index) => probe(workers, "double", index));
  const killing = setInterval(() => {
    const pids = workers.pids();
    const pid = pids[Math.floor(Math.random() * pids.length)];
    if (pid !== undefined && pid > 0) process.kill(pid, "SIGKILL");
  }, 300);
  while (workers.stats().deaths < 4) await probe(workers, "spin", 5);
  clearInterval(killing);
  expect(await Promise.all(jobs)).toEqual(jobs.map((_, index) => ({ kind: "value", value: 2 * index })));
  expect(workers.stats()).toMatchObject({ queued: 0, running: 0 });
});

test.each([
  ["Node", ["node", handlerModule, ""]],
  ["Python", ["python", place("../../fixtures/workers/handler.py"), serverPython()]],
])("a %s worker that spins ends when its control plane is killed with SIGKILL", async (_, args) => {
  const hooks = place("../../../scripts/typescript/register.mjs");
  const folder = mkdtempSync(join(tmpdir(), "omni-owner-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const owner = spawn(
    process.execPath,
    ["--import", hooks, place("../../fixtures/workers/owner.mjs"), "probe", ...args],
    {
      stdio: ["ignore", "pipe", "inherit"],
      // What a killed process leaves behind goes with the test.
      env: { ...process.env, TMPDIR: folder },
    },
  );
  const [line] = await once(owner.stdout, "data");
  const pids: number[] = JSON.parse(String(line));
  expect(pids.every(isAlive)).toBe(true);
  owner.kill("SIGKILL");
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 30_000, interval: 50 });
});
