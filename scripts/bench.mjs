#!/usr/bin/env node
// Runs a benchmark of bench/ over the built package, or lists them:
//   node scripts/bench.mjs [NAME [ARGUMENTS …]]
// Set the project up first: node scripts/bootstrap.mjs setup --dev
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [name, ...args] = process.argv.slice(2);
const say = (line) => process.stderr.write(`${line}\n`);

/** Every benchmark: `name` → its file below bench/. Files in folders are parts of one. */
const benchmarks = new Map(
  readdirSync(join(root, "bench"))
    .filter((file) => /\.(ts|mjs|py)$/.test(file))
    .map((file) => [file.slice(0, -extname(file).length), file]),
);

/** The first sentence of a benchmark's head comment. */
function about(file) {
  const text = readFileSync(join(root, "bench", file), "utf8");
  const comment = /^(?:\/\*\*|"""|(?:\/\/|#) )([\s\S]*?)(?:\*\/|"""|\n\n)/m.exec(text)?.[1] ?? "";
  const words = comment
    .replaceAll(/^\s*(\*|\/\/|#)\s?/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return words.split(/(?<=\.)\s/)[0] ?? "";
}

/** Compiles bench/ beside the built package, so that `../src/…` is what users run. */
async function compile() {
  const { default: ts } = await import("typescript");
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  for (const file of readdirSync(join(root, "bench"), { recursive: true })) {
    if (!/\.(ts|mjs)$/.test(file)) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(root, "bench", file), "utf8"), { compilerOptions });
    const target = join(root, ".cache/bench", file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText.replaceAll(/"((?:\.\.\/)+)src\//g, '"$1../dist/'));
  }
}

const file = benchmarks.get(name);
if (file === undefined) {
  say(name === undefined ? "benchmarks (npm run bench -- NAME):" : `no benchmark "${name}"; there are:`);
  for (const [known, path] of benchmarks) say(`  ${known.padEnd(16)} ${about(path)}`);
  process.exit(name === undefined ? 0 : 2);
}
const python = process.env.OMNI_PYTHON ?? join(root, ".venv/bin/python");
if (file.endsWith(".py")) {
  if (!existsSync(python)) {
    say(`${python}: no Python with the server; run: node scripts/bootstrap.mjs setup --dev`);
    process.exit(3);
  }
  process.exit(spawnSync(python, [join(root, "bench", file), ...args], { stdio: "inherit", cwd: root }).status ?? 1);
}
const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);
await compile();
const script = join(root, ".cache/bench", file.replace(/\.ts$/, ".js"));
const env = { ...process.env, OMNI_PYTHON: python };
process.exit(
  spawnSync(process.execPath, ["--expose-gc", script, ...args], { stdio: "inherit", cwd: root, env }).status ?? 1,
);
