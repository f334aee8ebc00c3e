import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, renderConfig } from "../../../src/config/index.js";
import { fingerprintsOf } from "../../../src/experiment/index.js";
import { omni } from "./harness.js";

let folder: string;
const home = process.cwd();

/** One component, written by hand: a module outside of the package imports nothing of it. */
const component = (name: string, body: string) =>
  `export default { name: "${name}", score: async ({ response }) => ({ value: ${body} }) };\n`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "omni-own-reward-"));
  process.chdir(folder);
  mkdirSync("rewards");
  const rows = Array.from({ length: 20 }, (_, k) => JSON.stringify({ question: `${k} + 1?`, answer: String(k + 1) }));
  writeFileSync("sums.jsonl", `${rows.join("\n")}\n`);
  writeFileSync("rewards/short.mjs", component("short", "response.length < 60 ? 1 : 0.25"));
  writeFileSync(
    "rewards/whole.mjs",
    `export default { primary: "calm", components: ["calm", "extra"], score: async () =>
      ({ total: 9, primary: "calm", components: { calm: { value: 0.5, reason: "no !", weight: 1 }, extra: { value: 1, weight: 1 } } }) };\n`,
  );
  writeFileSync("rewards/boolean.mjs", component("boolean", "true"));
  writeFileSync("rewards/text.mjs", component("text", '"0.75"'));
  writeFileSync("rewards/math.mjs", component("math", "1"));
  writeFileSync("rewards/no-default.mjs", "export const reward = 1;\n");
  writeFileSync("rewards/number.mjs", "export default 1;\n");
  writeFileSync("rewards/throws.mjs", 'throw new Error("no key");\n');
  writeFileSync("rewards/syntax.mjs", "export default {\n");
  writeFileSync("rewards/typed.ts", "export default 1;\n");
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

function config(reward: string, name = "omni.yaml"): string {
  const task = `  - id: sums\n    family: math\n    data: { source: sums.jsonl }\n    reward:\n${reward}`;
  writeFileSync(name, `version: 1\nmodel: { base: nano }\ntasks:\n${task}`);
  return name;
}

async function scored(reward: string) {
  const response = "<think>x</think><answer>2</answer>";
  const argv = ["reward", "math", "--config", config(reward), "--task", "sums", "--input", "-", "--json"];
  const { code, stdout, stderr } = await omni(argv, { stdin: [JSON.stringify({ id: 1, response, answer: "2" })] });
  return { code, stderr, line: JSON.parse(stdout) };
}

describe("a reward of one's own, named in a config", () => {
  it("is weighed beside the built-in components", async () => {
    const { line } = await scored("      ./rewards/short.mjs: 1\n      format: 0.2\n");
    expect(line).toMatchObject({
      total: 2.3,
      components: { math: { value: 1, weight: 1 }, short: { value: 1, weight: 1 }, format: { value: 1, weight: 0.2 } },
    });
  });

  it("counts with its primary component where it is a whole reward", async () => {
    const { line } = await scored("      ./rewards/whole.mjs: 0.5\n      math: 0.1\n      tags: 0\n      format: 0\n");
    expect(line.total).toBe(0.35);
    expect(line.components.calm).toMatchObject({ value: 0.5, weight: 0.5, reason: "no !" });
    expect(line.components).not.toHaveProperty("extra");
  });

  it("decides by itself where the family has weight 0", async () => {
    const own = "      math: 0\n      format: 0\n      tags: 0\n";
    expect((await scored(`${own}      rewards/short.mjs: 1\n`)).line).toMatchObject({ total: 1 });
    const { line } = await scored(`${own}      rewards/boolean.mjs: 1\n`);
    expect(line).toMatchObject({ total: null, components: { math: { value: 1 } } });
  });

  it("is told what came where that is no number, and what to return", async () => {
    const { line } = await scored("      rewards/boolean.mjs: 1\n      rewards/text.mjs: 1\n");
    expect(line.total).toBe(1.2);
    expect(line.components.boolean.reason).toMatch(/returned true; return a number from 0 to 1/);
    expect(line.components.text.reason).toMatch(/returned the text "0.75"; return a number .*0.75 without quotes/);
  });

  it.each([
    [
      "is not there",
      "./rewards/none.mjs",
      "9:7",
      /no such file or folder: .\/rewards\/none.mjs \(looked for .*\); name the/,
    ],
    [
      "exports nothing by default",
      "./rewards/no-default.mjs",
      "9:26",
      /there is no default export; use: export default/,
    ],
    ["exports a number", "./rewards/number.mjs", "9:26", /the default export is no reward; use: export default/],
    ["throws", "./rewards/throws.mjs", "9:26", /cannot be loaded \(no key\)/],
    ["does not parse", "./rewards/syntax.mjs", "9:26", /cannot be loaded \(/],
    ["is TypeScript", "./rewards/typed.ts", "9:7", /a reward of your own is a JavaScript module; name a .js or .mjs/],
    ["is named as the family's", "rewards/math.mjs", "9:26", /is named "math", as another component of the task is/],
  ])("is refused with its place before a run starts where it %s", async (_, path, place, message) => {
    const file = config(`      format: 0.2\n      ${path}: 1\n`);
    for (const argv of [
      ["plan", file],
      ["train", file],
      ["reward", "math", "--config", file, "--task", "sums", "--input", "-"],
    ]) {
      const { code, stderr } = await omni(argv, { stdin: [""] });
      expect({ argv, code }).toEqual({ argv, code: 2 });
      expect(stderr).toMatch(new RegExp(`error: omni.yaml:${place.split(":")[0]}:\\d+: `));
      expect(stderr).toMatch(message);
    }
  });

  it("keeps its place in the config that a run stores, and a name that is a typing error is still refused", async () => {
    const { config: loaded } = await loadConfig(config("      ./rewards/short.mjs: 1\n"));
    const stored = renderConfig(loaded);
    expect(stored).toContain(`${join(folder, "rewards/short.mjs")}: 1`);
    writeFileSync("rewards/stored.yaml", stored);
    expect((await loadConfig("rewards/stored.yaml")).config).toEqual(loaded);
    const { code, stderr } = await omni(["plan", config("      mth: 1\n")]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "math"') });
  });

  it("is known by its contents, not by where it lies", async () => {
    const of = async (path: string) => {
      const { config: loaded } = await loadConfig(config(`      ${path}: 1\n`));
      return (await fingerprintsOf(loaded)).tasks.sums?.reward;
    };
    writeFileSync("copy.mjs", component("short", "response.length < 60 ? 1 : 0.25"));
    const before = await of("rewards/short.mjs");
    expect(await of("copy.mjs")).toBe(before);
    writeFileSync("copy.mjs", component("short", "1"));
    expect(await of("copy.mjs")).not.toBe(before);
  });
});
