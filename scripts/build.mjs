#!/usr/bin/env node
// Compiles src to dist, and copies what tsc does not make: generated code, Python and other files that the code reads.
// A build that fails leaves dist as it was.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const began = Date.now();

const tsc = join(root, "node_modules/typescript/bin/tsc");
const compiled = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const isCopied = (path) => !/(?<!\.d)\.[mc]?ts$/.test(path) && !path.includes("__pycache__");
cpSync(join(root, "src"), dist, { recursive: true, filter: isCopied });

// Whatever this build did not write belongs to a source that is gone. (A second of slack: file times may be coarse.)
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && statSync(path).mtimeMs < began - 1000) rmSync(path);
}

const main = join(dist, "cli/main.js");
if (existsSync(main)) chmodSync(main, 0o755);
