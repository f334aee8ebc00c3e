import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sweepStaleFolders } from "../../../src/workers/stale-folders.js";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "omni-stale-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(base, name);
  mkdirSync(path);
  return path;
}
const old = (path: string) => utimesSync(path, new Date(0), new Date(0));

/** What a control plane leaves behind that is killed while it listens. */
async function killedListener(socket: string): Promise<void> {
  const code = `require("node:net").createServer().listen(${JSON.stringify(socket)}, () => console.log("up"))`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
}

it("folders whose control plane was killed go; those where somebody listens, that are young, or of others stay", async () => {
  const killed = folder("omni-workers-killed");
  await killedListener(join(killed, "workers.sock"));
  const empty = folder("omni-workers-empty");
  const live = folder("omni-workers-live");
  const server = createServer().listen(join(live, "workers.sock"));
  await once(server, "listening");
  const other = folder("someone-elses");
  writeFileSync(join(base, "omni-workers-file"), "");
  for (const path of [killed, empty, live, other]) old(path);
  const young = folder("omni-workers-young");
  await sweepStaleFolders(base);
  expect([killed, empty, live, other, young, join(base, "omni-workers-file")].map(existsSync)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
  server.close();
});
