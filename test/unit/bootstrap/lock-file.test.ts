import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alone } from "../../../scripts/bootstrap/lock.mjs";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-lock-"));
  file = join(folder, "made/setup.lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("two set-ups of one place", () => {
  it("run one after the other, and the second says whom it waits for", async () => {
    const order: string[] = [];
    const said: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = alone(
      file,
      () => {},
      async () => {
        order.push("first");
        await held;
        order.push("first done");
      },
    );
    const second = alone(
      file,
      (line) => {
        said.push(line);
        release();
      },
      async () => {
        order.push("second");
      },
    );
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "first done", "second"]);
    expect(said).toEqual([`waiting for another set-up of this folder (process ${process.pid})`]);
  });

  it("do not wait for one that was killed", async () => {
    await alone(
      file,
      () => {},
      async () => {},
    );
    expect(existsSync(file)).toBe(false);
    // Beyond any process id that Linux or macOS gives out.
    writeFileSync(file, "99999999");
    await expect(alone(file, expect.fail, async () => "ran")).resolves.toBe("ran");
  });

  it("leave no lock behind when the work fails", async () => {
    const failing = alone(
      file,
      () => {},
      () => Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });
});
