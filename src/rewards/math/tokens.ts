import { unicodeAsLatex } from "../unicode-math.js";

/** Longest answer that is read as mathematics, in UTF-16 units; longer ones are refused. */
export const MAX_ANSWER_CHARS = 4096;

/** What lies between a token and the one before it: nothing, a thin space (`\,`), or blanks. */
export type Gap = "" | "thin" | "blank";

/** A lexical unit of an answer, plain or LaTeX. */
export interface Token {
  readonly kind: "number" | "word" | "command" | "symbol";
  readonly text: string;
  readonly gap: Gap;
  /** Inside `\text{…}` or the like. */
  readonly prose?: boolean;
}

// Every alternative starts with another kind of character and none nests a repetition: one pass, no backtracking.
// The stop of Rs.500 is no decimal point.
const LEXEME =
  /(?<space>\s+)|(?<command>\\(?:[A-Za-z]+|.))|(?<number>(?:\d+(?:\.\d+)?|(?<!Rs)\.\d+)(?:[eE][+-]?\d+)?)|(?<word>\p{L}+)|(?<symbol>\*\*|\.{3,}|.)/suy;

/** Cuts an answer into tokens in one pass; undefined when it is longer than {@link MAX_ANSWER_CHARS}, or twice as long as LaTeX. */
export function tokenize(answer: string): Token[] | undefined {
  if (answer.length > MAX_ANSWER_CHARS) return undefined;
  const text = unicodeAsLatex(answer);
  if (text.length > 2 * MAX_ANSWER_CHARS) return undefined;
  const tokens: Token[] = [];
  let gap: Gap = "";
  LEXEME.lastIndex = 0;
  for (let match = LEXEME.exec(text); match !== null; match = LEXEME.exec(text)) {
    const { space, command, number, word } = match.groups ?? {};
    if (space !== undefined) {
      gap = "blank";
      continue;
    }
    tokens.push({ kind: command ? "command" : number ? "number" : word ? "word" : "symbol", text: match[0], gap });
    gap = "";
  }
  return tokens;
}
