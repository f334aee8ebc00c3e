/**
 * ROUGE-L F1 of two texts: longest common subsequence of their words (lower case, runs of a–z and 0–9, no stemming), as
 * Lin (2004) with β = 1. 0 when either has no word.
 */
export function rougeL(text: string, reference: string): number {
  const [ours, theirs] = [wordsOf(text), wordsOf(reference)];
  const common = commonLength(ours, theirs);
  return common === 0 ? 0 : (2 * common) / (ours.length + theirs.length);
}

/** One turn of a conversation as answered, and as its reference answers it. */
export interface AnsweredTurn {
  readonly text: string;
  readonly reference: string;
}

/**
 * Likeness of a set of conversations to its references (paper A.5): ROUGE-L a turn, averaged over the turns of each
 * conversation, then over conversations. Lower means more of the model's own. Null for none.
 */
export function setSimilarity(conversations: readonly (readonly AnsweredTurn[])[]): number | null {
  const answered = conversations.filter((turns) => turns.length > 0);
  if (answered.length === 0) return null;
  return mean(answered.map((turns) => mean(turns.map(({ text, reference }) => rougeL(text, reference)))));
}

const wordsOf = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** Two rows of the usual table; the shorter text lies across. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  let above = new Uint32Array(short.length + 1);
  for (const word of long) {
    const row = new Uint32Array(short.length + 1);
    for (let j = 1; j <= short.length; j++) {
      row[j] = word === short[j - 1] ? (above[j - 1] ?? 0) + 1 : Math.max(above[j] ?? 0, row[j - 1] ?? 0);
    }
    above = row;
  }
  return above[short.length] ?? 0;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
