import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { serverPython } from "../../support/python.js";

const laws = fileURLToPath(new URL("codec-laws.py", import.meta.url));
const modules = fileURLToPath(new URL("../../../docker/sandbox", import.meta.url));

for (const seed of [1, 2, 3]) {
  it(`values cross whole, changes in place are seen, and no message makes a judge believe (seed ${seed})`, async () => {
    const { stderr } = await promisify(execFile)(serverPython(), ["-B", laws, modules, String(seed)]);
    expect(stderr).toContain("a value");
  });
}
