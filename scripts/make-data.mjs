#!/usr/bin/env node
// Writes data/*.jsonl and examples/nano-experiment/*.jsonl, the data sets of our own; with --check, says whether the files there are what would be written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { codeItems } from "./make-data/code.mjs";
import { mathItems } from "./make-data/math.mjs";
import { nanoTasks } from "./make-data/nano.mjs";
import { qaItems } from "./make-data/qa.mjs";
import { writingItems } from "./make-data/writing.mjs";

const families = { math: mathItems, code: codeItems, qa: qaItems, writing: writingItems };
const check = process.argv.includes("--check");
let stale = 0;

for (const [family, makeItems] of Object.entries(families)) keep(`data/${family}.jsonl`, makeItems());
for (const [task, makeItems] of Object.entries(nanoTasks)) keep(`examples/nano-experiment/${task}.jsonl`, makeItems());

function keep(name, items) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const text = items.map((item) => `${JSON.stringify(item)}\n`).join("");
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const same = !check || (existsSync(path) && readFileSync(path, "utf8") === text);
  if (!same) stale += 1;
  console.error(`${name}: ${items.length} items${check ? (same ? ", up to date" : ", differs") : ""}`);
}
if (stale > 0) {
  console.error("run: node scripts/make-data.mjs");
  process.exitCode = 1;
}
