#!/usr/bin/env node
// Every check of the project, one after the other, with a table at the end. All run, also after one failed.
//   node scripts/check.mjs [--tests | --static] [--json]
// Set the project up first: node scripts/bootstrap.mjs setup --dev
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stepTable } from "./check/step-table.mjs";
import { addTotals, pytestTotals, vitestTotals } from "./check/totals.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const server = join(root, "pytorch-server");
const scratch = mkdtempSync(join(tmpdir(), "omni-check-"));
const flags = process.argv.slice(2);
const say = (line) => process.stderr.write(`${line}\n`);

const ownPython = join(root, ".venv/bin/python");
const python = existsSync(ownPython) ? ownPython : (process.env.OMNI_PYTHON ?? "python3");
const env = { ...process.env, OMNI_PYTHON: python, PYTHONDONTWRITEBYTECODE: "1" };
const node = (script, ...args) => [process.execPath, join(root, script), ...args];

const vitestFile = join(scratch, "vitest.json");
const pytestFile = join(scratch, "pytest.xml");

const CHECKS = [
  { name: "generated TypeScript in step", command: node("scripts/gen.mjs", "--check") },
  { name: "generated Python in step", command: [python, "gen.py", "--check"], cwd: server },
  { name: "types (tsc)", command: node("node_modules/typescript/bin/tsc", "--noEmit", "-p", ".") },
  {
    name: "lint and format (Biome)",
    command: node("node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"),
  },
  { name: "who imports whom (dependency-cruiser)", command: node("scripts/check/dependencies.mjs") },
  { name: "dead code (knip)", command: node("node_modules/knip/bin/knip.js") },
  { name: "ruff check", command: [python, "-m", "ruff", "check", "."], cwd: server },
  { name: "ruff format", command: [python, "-m", "ruff", "format", "--check", "."], cwd: server },
  { name: "types (pyright)", command: [python, "-m", "pyright", "--pythonpath", python], cwd: server },
  {
    name: "vitest",
    command: node(
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${vitestFile}`,
    ),
    totals: (ok) => vitestTotals(read(vitestFile), ok),
  },
  {
    name: "pytest",
    command: [python, "-m", "pytest", `--junitxml=${pytestFile}`],
    cwd: server,
    totals: (ok) => pytestTotals(read(pytestFile), ok),
  },
];

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Runs one check. Suites stream to stderr (a long one shows that it lives); of the others only a failure is printed. */
function run(check) {
  const streams = check.totals !== undefined;
  return new Promise((resolve) => {
    const [program, ...args] = check.command;
    const stdio = streams ? ["ignore", 2, 2] : ["ignore", "pipe", "pipe"];
    const child = spawn(program, args, { cwd: check.cwd ?? root, env, stdio });
    children.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += text));
    const end = (code, reason) => {
      children.delete(child);
      if (code !== 0) say(`${output}${reason ?? ""}`.trimEnd());
      resolve(code === 0);
    };
    child.on("error", (error) => end(1, error.message));
    child.on("close", (code) => end(code));
  });
}

const children = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    stopped = signal;
  });
}
let stopped;

function chosen() {
  if (flags.includes("--tests")) return CHECKS.filter((check) => check.totals !== undefined);
  if (flags.includes("--static")) return CHECKS.filter((check) => check.totals === undefined);
  return CHECKS;
}

if (!existsSync(ownPython) && process.env.OMNI_PYTHON === undefined) {
  say("no .venv here; set up first: node scripts/bootstrap.mjs setup --dev");
  process.exit(3);
}

const results = [];
try {
  for (const check of chosen()) {
    if (stopped !== undefined) break;
    say(`… ${check.name}`);
    const began = performance.now();
    const ok = await run(check);
    const totals = check.totals?.(ok);
    const note = totals && `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
    results.push({
      name: check.name,
      ok: ok && (totals?.failed ?? 0) === 0,
      seconds: (performance.now() - began) / 1000,
      totals,
      note,
    });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

say(`\n${stepTable(results)}`);
const suites = results.flatMap((result) => (result.totals === undefined ? [] : [result.totals]));
const all = addTotals(suites);
const ok = stopped === undefined && results.every((result) => result.ok);
if (flags.includes("--json")) {
  console.log(JSON.stringify({ ok, ...all, steps: results.map(({ note, ...step }) => step) }));
} else if (suites.length > 0) {
  console.log(`${all.passed} passed, ${all.failed} failed`);
}
process.exitCode = stopped !== undefined ? 130 : ok ? 0 : 1;
