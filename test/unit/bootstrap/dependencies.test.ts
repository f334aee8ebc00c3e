import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/check/dependencies.mjs", import.meta.url));

interface Verdict {
  readonly ok: boolean;
  readonly said: string;
}

/** Lays files into a new folder and returns what the checker says of it. */
function check(files: Readonly<Record<string, string>>): Verdict {
  const folder = mkdtempSync(join(tmpdir(), "omni-house-"));
  try {
    mkdirSync(join(folder, "src"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const run = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
    return { ok: run.status === 0, said: `${run.stdout}${run.stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const A = "export const a = 1;\n";
const use = (path: string): string => `export { a } from "${path}";\n`;
const useType = (path: string): string => `export type { T } from "${path}";\n`;
const vendor = (name: string): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: `{"name":"${name}","version":"1.0.0","main":"index.js"}`,
  [`node_modules/${name}/index.js`]: "",
});

/** What good and bad imports point to. */
const house: Readonly<Record<string, string>> = {
  "src/cli/index.ts": A,
  "src/tasks/index.ts": A,
  "src/store/journal.ts": A,
  "src/engine/index.ts": A,
  "src/sandbox/index.ts": `${A}export type T = 1;\n`,
  "src/sandbox/sandbox.ts": A,
  "src/compose/index.ts": use("../sandbox/index.js"),
  ...vendor("libsql"),
  ...vendor("left-pad"),
};

/** What is planted, where, and the rule that must name it. */
const violations: readonly (readonly [what: string, file: string, rule: string, text: string])[] = [
  ["a cycle", "src/core/about.ts", "no-cycles", use("./round.js")],
  ["train importing cli", "src/train/commands.ts", "train-sees", use("../cli/index.js")],
  ["grpo importing tasks", "src/grpo/items.ts", "grpo-sees", use("../tasks/index.js")],
  ["a room entered by the window", "src/train/burglar.ts", "rooms-have-doors", use("../store/journal.js")],
  ["an adapter's type", "src/tasks/typed.ts", "adapters-are-built-in-compose", useType("../sandbox/index.js")],
  ["cli building an engine", "src/cli/builder.ts", "adapters-are-built-in-compose", use("../engine/index.js")],
  ["file access in schedule", "src/schedule/disk.ts", "pure-rooms-do-no-io", 'export * from "node:fs";\n'],
  ["a room nobody listed", "src/attic/box.ts", "rooms-are-known", use("../core/about.js")],
  ["an import of nothing", "src/core/lost.ts", "no-unresolvable", use("./gone.js")],
  ["a vendor's second room", "src/train/data.ts", "one-vendor-one-room: libsql", 'export * from "libsql";\n'],
  ["a vendor without a room", "src/train/pad.ts", "vendors-are-known", 'export * from "left-pad";\n'],
];

describe("the checker of who imports whom", () => {
  let verdict: Verdict;
  beforeAll(() => {
    const planted = Object.fromEntries(violations.map(([, file, , text]) => [file, text]));
    verdict = check({ ...house, ...planted, "src/core/round.ts": use("./about.js") });
  });

  it.each(violations)("catches %s (%s)", (_what, file, rule) => {
    expect(verdict.said).toContain(`${rule}: ${file} → `);
    expect(verdict.ok).toBe(false);
  });

  it("lets the rooms' doors, contract files and compose through", () => {
    const { ok, said } = check({
      ...house,
      "src/tasks/program.ts": use("../sandbox/sandbox.js"),
      "src/cli/main.ts": use("../compose/index.js"),
    });
    expect(said).toContain("9 modules");
    expect(ok).toBe(true);
  });

  it("fails when it saw no modules", () => {
    expect(check({ "src/readme.md": "nothing here" })).toEqual({
      ok: false,
      said: expect.stringContaining("saw no modules"),
    });
  });
});
