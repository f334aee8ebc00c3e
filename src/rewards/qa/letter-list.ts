/**
 * The letters of an answer that is nothing but several: `A, C`, `A and C`, `(A), (C)`, `A; C`; undefined for any other text. Their
 * order is kept: a question may ask for one.
 */
export function letterList(text: string): readonly string[] | undefined {
  const words = text
    .replace(/[,;]/g, " , ")
    .replace(/\.$/, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const letters = words.filter((word) => !isSeparator(word));
  if (letters.length < 2 || isSeparator(words[0] ?? "") || isSeparator(words.at(-1) ?? "")) return undefined;
  if (!letters.every((word) => /^(?:\p{L}|\(\p{L}\)|\[\p{L}\])$/u.test(word))) return undefined;
  // Between any two stands a separator: `A B` may be a name.
  if (words.some((word, i) => i > 0 && !isSeparator(word) && !isSeparator(words[i - 1] ?? ""))) return undefined;
  return letters.map((word) => word.replace(/[()[\]]/g, "").toUpperCase());
}

const isSeparator = (word: string) => /^(?:,|and|&)$/i.test(word);
