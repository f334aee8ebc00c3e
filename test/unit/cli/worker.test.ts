import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { omni } from "./harness.js";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "omni-worker-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test("omni worker keygen makes both files, and lets another worker in at the same control plane", async () => {
  const dir = folder();
  const server = join(dir, "server.key");
  const made = await omni(["worker", "keygen", "--server", server, "--worker", join(dir, "a.key"), "--json"]);
  expect([made.code, JSON.parse(made.stdout)]).toMatchObject([0, { fresh: true }]);
  const again = await omni(["worker", "keygen", "--server", server, "--worker", join(dir, "b.key")]);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("now lets that worker in")]);
  expect(JSON.parse(readFileSync(server, "utf8")).workers).toHaveLength(2);
  const taken = await omni(["worker", "keygen", "--server", server, "--worker", join(dir, "b.key")]);
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining("b.key: the key file cannot be written")]);
});

test.each([
  [["worker"], "--connect ADDRESS is missing"],
  [["worker", "--connect", "trainer"], "write tcp://HOST:PORT"],
  [["worker", "--connect", "tcp://127.0.0.1:7700"], "omni worker keygen"],
  [["worker", "--connect", "tcp://127.0.0.1:7700", "--key-file", "none.key"], "none.key: no key file"],
  [["worker", "--connect", "tcp://127.0.0.1:7700", "--slots", "0"], "whole number from 1 to 256"],
])("wrong usage (%j) is told in one line with its remedy", async (args, remedy) => {
  const { code, stderr } = await omni(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)]);
});
