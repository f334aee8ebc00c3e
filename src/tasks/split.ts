import { createHash } from "node:crypto";
import { deriveSeed, type Item, type Splits } from "../core/index.js";

/** Shares of the data held out, each in [0, 1), together below 1. */
export interface SplitShares {
  readonly validation: number;
  readonly test: number;
}

/** What is the same question to a reader: case and blanks aside. */
export function questionKey(question: string): string {
  const plain = question.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  return createHash("sha256").update(plain).digest("hex");
}

/**
 * Splits by a seeded hash of the question: disjoint, covering, and stable, since where an item goes depends on nothing
 * but the seed and its own question. Two items with one question always land together. Shares are met in expectation.
 */
export function splitByQuestion(items: readonly Item[], shares: SplitShares, seed: number): Splits {
  const parts: { readonly [part in keyof Splits]: Item[] } = { train: [], validation: [], test: [] };
  for (const item of items) {
    const point = deriveSeed(seed, "split", questionKey(item.question)) / 2 ** 32;
    const part = point < shares.test ? "test" : point < shares.test + shares.validation ? "validation" : "train";
    parts[part].push(item);
  }
  return parts;
}

/** Leaves out of `items` every question that is in one of the held-out lists. */
export function withoutQuestionsOf(items: readonly Item[], ...heldOut: readonly (readonly Item[])[]): readonly Item[] {
  const taken = new Set(heldOut.flat().map((item) => questionKey(item.question)));
  return taken.size === 0 ? items : items.filter((item) => !taken.has(questionKey(item.question)));
}
