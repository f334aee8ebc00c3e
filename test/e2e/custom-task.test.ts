import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serverPython } from "../support/python.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

// Below the checkout, so that "omni-thinker" is this package, as built.
beforeAll(() => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "custom-task-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a program with a task and a reward of its own trains by the same loop, and reports on them", () => {
  const source = readFileSync(join(root, "examples/custom-task/main.ts"), "utf8");
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  writeFileSync(join(folder, "main.mjs"), ts.transpileModule(source, { compilerOptions }).outputText);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["main.mjs"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, OMNI_PYTHON: serverPython() },
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toContain("step 6 of 6");
  expect(stdout).toMatch(/^\| shout \| shouting ★ \| .* n=1 \| .* n=1 \| .* n=1 \|$/m);
}, 120_000);
