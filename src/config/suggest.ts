/** The candidate that was probably meant: the nearest in spelling, case, dashes and underscores aside; or undefined. */
export function suggest(given: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(given);
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.candidate : undefined;
}

/** `; did you mean "x"?`, or what else to do: the list of what there is. */
export function hint(given: string, candidates: readonly string[]): string {
  const meant = suggest(given, candidates);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  return candidates.length === 0 ? "; remove it" : `; there is: ${candidates.join(", ")}`;
}

const plain = (word: string) => word.toLowerCase().replaceAll(/[-_]/g, "");

/** Levenshtein distance with transpositions of neighbours counted once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          (row[j - 1] ?? 0) + 1,
          (above[j] ?? 0) + 1,
          (above[j - 1] ?? 0) + same,
          swapped ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    older = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
