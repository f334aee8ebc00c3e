#!/usr/bin/env node
// Writes data/*.jsonl, the data sets of our own; with --check, says whether the files there are what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codeItems } from "./make-data/code.mjs";
import { mathItems } from "./make-data/math.mjs";
import { qaItems } from "./make-data/qa.mjs";
import { writingItems } from "./make-data/writing.mjs";

const families = { math: mathItems, code: codeItems, qa: qaItems, writing: writingItems };
const check = process.argv.includes("--check");
let stale = 0;

for (const [family, makeItems] of Object.entries(families)) {
  const path = fileURLToPath(new URL(`../data/${family}.jsonl`, import.meta.url));
  const items = makeItems();
  const text = items.map((item) => `${JSON.stringify(item)}\n`).join("");
  if (!check) writeFileSync(path, text);
  const same = !check || readFileSync(path, "utf8") === text;
  if (!same) stale += 1;
  console.error(`data/${family}.jsonl: ${items.length} items${check ? (same ? ", up to date" : ", differs") : ""}`);
}
if (stale > 0) {
  console.error("run: node scripts/make-data.mjs");
  process.exitCode = 1;
}
