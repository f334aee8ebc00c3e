import { read } from "./compare.js";
import { parseQuantity } from "./quantity.js";

/**
 * The unit of a gold that is a number with a word of no known unit, e.g. `acre` of `5 acres`; undefined for every other
 * gold. It converts to nothing, so an answer must name it as the gold does or leave it out.
 */
export function unknownUnit(gold: string): string | undefined {
  const tokens = read(gold);
  if (tokens === undefined) return undefined;
  const unit = parseQuantity(tokens, { any: true })?.unit;
  return unit && parseQuantity(tokens, { any: false, also: undefined }) === undefined ? unit : undefined;
}
