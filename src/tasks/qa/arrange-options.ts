import { randomStream } from "../../core/index.js";

/** How many wrong options stand beside the right one (method §3). */
export const MAX_DISTRACTORS = 15;

/**
 * The first accepted answer among at most 15 distractors, in an order that is uniform over seeds and items: neither the
 * position nor the order in the file says which is right. Options that only differ in case, articles or punctuation
 * from an accepted answer or from each other are left out, since a reader could not tell them apart.
 */
export function arrangeOptions(
  answers: readonly string[],
  given: readonly string[],
  seed: number,
  itemId: string,
): readonly string[] {
  const seen = new Set(answers.map(distinctive));
  const distractors = given.flatMap((option) => {
    const key = distinctive(option);
    if (seen.has(key)) return [];
    seen.add(key);
    return [oneLine(option)];
  });
  const random = randomStream(seed, "qa-options", itemId);
  const chosen = random.shuffle(distractors).slice(0, MAX_DISTRACTORS);
  return random.shuffle([...answers.slice(0, 1).map(oneLine), ...chosen]);
}

/** Options stand one a line. */
function oneLine(option: string): string {
  return option.replace(/\s+/g, " ").trim();
}

function distinctive(option: string): string {
  return oneLine(option)
    .toLowerCase()
    .replace(/^(a|an|the)\s+/, "")
    .replace(/[.,;:!?]+$/, "");
}
