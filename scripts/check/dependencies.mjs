#!/usr/bin/env node
// Checks who imports whom in the src of a folder (default: this checkout): node scripts/check/dependencies.mjs [FOLDER]
// Fails where it saw no modules: a checker that looks at nothing finds nothing.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = process.argv[2] ?? root;
const bin = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const args = [bin, "src", "--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json"];
const run = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 });

const report = (() => {
  try {
    return JSON.parse(run.stdout);
  } catch {
    console.error(`dependency-cruiser gave no report: ${run.stderr.trim().split("\n").slice(0, 3).join(" ")}`);
    process.exit(1);
  }
})();

const own = report.modules.filter((module) => module.source.startsWith("src/"));
if (own.length === 0) {
  console.error(`dependency-cruiser saw no modules below ${join(folder, "src")}`);
  process.exit(1);
}
const violations = report.summary.violations.filter((violation) => violation.rule.severity === "error");
for (const { rule, from, to } of violations) console.error(`${rule.name}: ${from} → ${to}`);
if (violations.length > 0) {
  console.error(
    `${violations.length} imports against the house rules (.dependency-cruiser.cjs says why each rule is there)`,
  );
  process.exit(1);
}
console.log(`${own.length} modules, ${report.summary.totalDependenciesCruised} imports`);
