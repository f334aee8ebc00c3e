import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findPython } from "../../../scripts/bootstrap/python.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-python-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An interpreter that answers the probe with these words. */
function interpreter(name: string, answer: string, status = 0): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "${answer}"\nexit ${status}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("the Python that is looked for", () => {
  it("is the one of OMNI_SETUP_PYTHON where it is set", async () => {
    const path = interpreter("python-mine", "3 12 x86_64 - /opt/py312/bin/python");
    const python = await findPython({ OMNI_SETUP_PYTHON: path });
    expect(python).toMatchObject({ path: "/opt/py312/bin/python", major: 3, minor: 12, missing: [] });
  });

  it("is refused with its version when it is too old", async () => {
    const path = interpreter("python-old", "3 9 x86_64 - /usr/bin/python3.9");
    await expect(findPython({ OMNI_SETUP_PYTHON: path })).rejects.toMatchObject({
      code: "python_too_old",
      exitCode: 3,
      message: "Python is too old: /usr/bin/python3.9 is 3.9; 3.11 or newer is needed",
    });
  });

  it("without ensurepip is refused with the Debian package to install", async () => {
    const path = interpreter("python-debian", "3 11 x86_64 ensurepip /usr/bin/python3.11");
    await expect(findPython({ OMNI_SETUP_PYTHON: path })).rejects.toMatchObject({
      code: "no_ensurepip",
      exitCode: 3,
      remedy: expect.stringContaining("apt install python3.11-venv"),
    });
  });

  it("is not taken for there when it is a shim that ends in an error", async () => {
    const path = interpreter("python-shim", "command not found", 127);
    await expect(findPython({ OMNI_SETUP_PYTHON: path })).rejects.toMatchObject({ code: "no_python", exitCode: 3 });
  });

  it("that does not exist is said to be missing, with what to install", async () => {
    await expect(findPython({ OMNI_SETUP_PYTHON: join(folder, "none") })).rejects.toMatchObject({
      code: "no_python",
      remedy: expect.stringContaining("install Python 3.11 or newer"),
    });
  });
});
