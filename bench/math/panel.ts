import { readFileSync } from "node:fs";
import type { Pair } from "./pairs.js";

const FILE = "bench/math/panel.tsv";

/**
 * The panel: ordinary contest answers against golds, each judged by hand before any verifier had seen it, one a line of
 * `class <tab> = or ≠ <tab> answer <tab> gold`. Unlike derived pairs it was not written along with the rules, so its first
 * figures, kept in panel-first-shot.json, are those to quote; a pair is never taken out because a verifier gets it wrong.
 */
export function panelPairs(): readonly Pair[] {
  return readFileSync(FILE, "utf8")
    .trimEnd()
    .split("\n")
    .map((line, i) => {
      const [how, verdict, answer, gold, ...more] = line.split("\t");
      if (!how || !answer || !gold || more.length > 0 || (verdict !== "=" && verdict !== "≠")) {
        throw new Error(`${FILE}:${i + 1}: not \`class <tab> = or ≠ <tab> answer <tab> gold\``);
      }
      return { how, answer, gold, equal: verdict === "=" };
    });
}
