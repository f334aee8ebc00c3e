import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { omni } from "../support/omni.js";

const folder = fileURLToPath(new URL("../../examples/custom-reward", import.meta.url));

describe("a reward of one's own, in twelve lines", () => {
  it("is as long as it says", () => {
    const lines = readFileSync(join(folder, "haiku.mjs"), "utf8").split("\n");
    expect(lines.filter((line) => line.trim() !== "" && !line.startsWith("//")).length).toBeLessThanOrEqual(12);
  });

  it("scores a file of responses without model or GPU", async () => {
    const { code, stdout, stderr } = await omni(["reward", "haiku.mjs", "--input", "haikus.jsonl", "--json"], {
      cwd: folder,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "4 lines, 1 undefined\n" });
    const lines = stdout.trim().split("\n");
    const values = lines.map((line) => {
      const { id, components } = JSON.parse(line);
      return [id, components.haiku.value, components.format.value];
    });
    expect(values).toEqual([
      ["good", 1, 1],
      ["off topic", 0, 1],
      ["no answer", 0, 0],
      ["no topic", null, 1],
    ]);
  });
});
