import type { Token } from "../tokens.js";

const OPENERS = new Set(["(", "[", "{", "\\{", "\\langle", "\\begin", "\\lfloor", "\\lceil"]);
const CLOSERS = new Set([")", "]", "}", "\\}", "\\rangle", "\\end", "\\rfloor", "\\rceil"]);

/** A stretch of tokens, with the token that stood before it. */
export interface Part {
  readonly tokens: readonly Token[];
  readonly separator: string;
}

/**
 * Cuts at the tokens for which `separates` says so, outside all brackets; which bracket closes which does not matter, as
 * in `(a, b]`. Undefined when brackets do not balance.
 */
export function splitOutside(
  tokens: readonly Token[],
  separates: (token: Token, at: number) => boolean,
): readonly Part[] | undefined {
  const parts: Part[] = [];
  let begin = 0;
  let separator = "";
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (OPENERS.has(token.text)) depth += 1;
    else if (CLOSERS.has(token.text) && --depth < 0) return undefined;
    else if (depth === 0 && separates(token, i)) {
      parts.push({ tokens: tokens.slice(begin, i), separator });
      separator = token.text;
      begin = i + 1;
    }
  }
  parts.push({ tokens: tokens.slice(begin), separator });
  return depth === 0 ? parts : undefined;
}

/** Whether the first token's bracket is closed by the last one. */
export function isEnclosed(tokens: readonly Token[]): boolean {
  if (tokens.length < 2 || !OPENERS.has(tokens[0]?.text ?? "")) return false;
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (OPENERS.has(token.text)) depth += 1;
    if (CLOSERS.has(token.text) && --depth === 0) return i === tokens.length - 1;
  }
  return false;
}

/**
 * Joins digits that separators group by thousands: `1{,}234`, `1\,234`, `1 234`, and outside brackets `1,234` (inside them a comma
 * parts elements). A list such as `100,200` cannot be told from a number and is read as one.
 */
export function joinThousands(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (OPENERS.has(token.text)) depth += 1;
    if (CLOSERS.has(token.text)) depth -= 1;
    if (token.kind !== "number" || !/^[1-9]\d{0,2}$/.test(token.text) || out.at(-1)?.text === "_") {
      out.push(token);
      continue;
    }
    let digits = token.text;
    for (let next = groupAfter(tokens, i + 1, depth); next !== undefined; next = groupAfter(tokens, i + 1, depth)) {
      digits += next.digits;
      i = next.at;
      if (next.digits.length > 3) break;
    }
    out.push({ ...token, text: digits });
  }
  return out;
}

function groupAfter(tokens: readonly Token[], at: number, depth: number): { digits: string; at: number } | undefined {
  const braced = tokens[at]?.text === "{" && tokens[at + 1]?.text === "," && tokens[at + 2]?.text === "}";
  const plain = !braced && depth === 0 && tokens[at]?.text === "," && tokens[at]?.gap === "";
  const digitsAt = braced ? at + 3 : plain ? at + 1 : at;
  const token = tokens[digitsAt];
  if (token?.kind !== "number" || !/^\d{3}(\.\d+)?$/.test(token.text)) return undefined;
  if (braced || plain ? token.gap !== "" : token.gap === "") return undefined;
  // 1 234/235 is a mixed number.
  if (token.gap === "blank" && tokens[digitsAt + 1]?.text === "/") return undefined;
  return { digits: token.text, at: digitsAt };
}
