import type { Token } from "./tokens.js";

const OPENERS = new Set(["{", "(", "[", "\\{", "\\langle", "\\lfloor", "\\lceil", "\\begin"]);
const CLOSERS = new Set(["}", ")", "]", "\\}", "\\rangle", "\\rfloor", "\\rceil", "\\end"]);

/**
 * Why canonical tokens can be nobody's answer: nothing is left of them, or brackets do not pair. `(1, 2]` and `]1, 2[` are pairs, and so
 * is what stands around an option's letter, `B)`. Undefined where nothing is wrong.
 */
export function unreadable(tokens: readonly Token[]): string | undefined {
  if (!tokens.some(({ kind, text }) => kind !== "symbol" || /[^\s.,;:{}()[\]$'"`*_^-]/.test(text)))
    return "nothing in it can be read";
  if (/^[A-Za-z0-9]{1,2}\)$/.test(tokens.map(({ text }) => text).join(""))) return undefined;
  let [braces, brackets] = [0, 0];
  for (const { text } of tokens) {
    const step = OPENERS.has(text) ? 1 : CLOSERS.has(text) ? -1 : 0;
    if (text === "{" || text === "}") braces += step;
    else brackets += step;
    if (braces < 0) return "a brace closes that was not open";
  }
  if (braces > 0) return "a brace is not closed";
  return brackets === 0 ? undefined : "its brackets do not pair";
}
