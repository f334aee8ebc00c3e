import type { ChatMessage } from "../core/index.js";
import { DataError, deriveSeed, type Item, throwIfAborted } from "../core/index.js";

/** Prompt lengths in tokens, chat template applied; one a prompt, in order. */
export type TokenLengths = (
  prompts: readonly (readonly ChatMessage[])[],
  signal?: AbortSignal,
) => Promise<readonly number[]>;

/** Which items are kept. */
export interface Selection {
  /** At most this many, chosen by seed; undefined = all. */
  readonly limit?: number;
  /** The sample keeps the shares of this property of items. */
  readonly stratum?: (item: Item) => string;
  readonly maxPromptTokens?: number;
  readonly tokenLengths?: TokenLengths;
  readonly seed: number;
}

/** What a selection kept, in the items' own order. */
export interface Selected {
  readonly items: readonly Item[];
  readonly tooLong: number;
  readonly overLimit: number;
}

/** Prompts measured in one call. */
const CHUNK = 512;

/**
 * The seeded sample of the items that are short enough. An item's place in the sample hangs on its id and the seed, so
 * other rows move few. Only as many prompts are measured as the limit needs. Throws DataError when none is short enough.
 */
export async function selectItems(
  items: readonly Item[],
  selection: Selection,
  name: string,
  signal?: AbortSignal,
): Promise<Selected> {
  const limit = selection.limit ?? items.length;
  const ranked = selection.limit === undefined ? items : sampleOrder(items, selection);
  const kept = new Set<Item>();
  let tooLong = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let at = 0; at < ranked.length && kept.size < limit; at += CHUNK) {
    throwIfAborted(signal);
    const chunk = ranked.slice(at, at + CHUNK);
    const lengths = await measured(chunk, selection, signal);
    for (const [index, item] of chunk.entries()) {
      if (kept.size >= limit) break;
      const length = lengths[index] ?? 0;
      shortest = Math.min(shortest, length);
      if (length <= (selection.maxPromptTokens ?? length)) kept.add(item);
      else tooLong += 1;
    }
  }
  if (kept.size === 0) {
    throw new DataError(
      `${name}: data.maxPromptTokens (${selection.maxPromptTokens}) removed all ${items.length} items; the shortest prompt has ${shortest} tokens`,
      { code: "data_empty" },
    );
  }
  return { items: items.filter((item) => kept.has(item)), tooLong, overLimit: items.length - kept.size - tooLong };
}

async function measured(
  items: readonly Item[],
  selection: Selection,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const { tokenLengths, maxPromptTokens } = selection;
  if (!tokenLengths || maxPromptTokens === undefined) return [];
  return tokenLengths(
    items.map((item) => item.messages),
    signal,
  );
}

/**
 * The order in which items are taken. With strata the first n hold of each as near its share of n as whole numbers allow,
 * for any n: an item's place is its rank within its stratum over the stratum's size.
 */
function sampleOrder(items: readonly Item[], { seed, stratum }: Selection): readonly Item[] {
  const ranked = inSampleOrder(items, seed);
  if (stratum === undefined) return ranked;
  const sizes = new Map<string, number>();
  for (const item of items) sizes.set(stratum(item), (sizes.get(stratum(item)) ?? 0) + 1);
  const taken = new Map<string, number>();
  const placed = ranked.map((item) => {
    const rank = (taken.get(stratum(item)) ?? 0) + 1;
    taken.set(stratum(item), rank);
    return { item, place: (rank - 0.5) / (sizes.get(stratum(item)) ?? 1) };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

function inSampleOrder(items: readonly Item[], seed: number): readonly Item[] {
  return items
    .map((item) => ({ item, rank: deriveSeed(seed, "sample", item.id) }))
    .sort((a, b) => a.rank - b.rank || (a.item.id < b.item.id ? -1 : 1))
    .map(({ item }) => item);
}
