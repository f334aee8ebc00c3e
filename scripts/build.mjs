#!/usr/bin/env node
// Compiles src to dist, and copies what tsc does not make: generated code, Python and other files that the code reads.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const main = join(dist, "cli/main.js");

rmSync(dist, { recursive: true, force: true });
const tsc = join(root, "node_modules/typescript/bin/tsc");
const compiled = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const isSource = (path) => /(?<!\.d)\.[mc]?ts$/.test(path);
cpSync(join(root, "src"), dist, { recursive: true, filter: (path) => !isSource(path) });
if (existsSync(main)) chmodSync(main, 0o755);
