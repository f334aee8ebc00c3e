import { suggest } from "../../config/index.js";

/** A remedy clause for a misspelt name: `; did you mean "x"?` when one of `names` is near enough, else empty. */
export function didYouMean(given: string, names: readonly string[]): string {
  const meant = suggest(given, names);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
