import { withArguments } from "./arguments.js";
import { withBases, withModuli, withoutAlignment, withoutLeadIn, withPeriods } from "./notation.js";
import { spelled } from "./spelling.js";
import type { Token } from "./tokens.js";

/**
 * Tokens without what only lays out: spacing and sizing commands, math delimiters, `\text{}` wrappers, a sentence's full
 * stop; one spelling for each command; arguments of `\frac`, `\sqrt`, `^` and `_` in braces. Linear.
 */
export function canonical(tokens: readonly Token[]): readonly Token[] {
  const formula = withoutAlignment(withoutLeadIn(spelled(tokens)));
  return withoutEnds(withPeriods(withModuli(withBases(cardinals(degrees(withArguments(formula)))))));
}

/** Canonical tokens as one string; blanks stay only where leaving them out would join two words or two numbers. */
export function render(tokens: readonly Token[]): string {
  let out = "";
  let before: Token | undefined;
  for (const token of tokens) {
    out += before !== undefined && apart(before, token) ? ` ${token.text}` : token.text;
    before = token;
  }
  return out;
}

function apart(a: Token, b: Token): boolean {
  if (a.kind === "number") return b.kind === "number" && b.gap !== "";
  if (a.kind === "command") return b.kind === "word" && /[A-Za-z]$/.test(a.text);
  return a.kind === "word" && b.kind === "word";
}

/** `^{\circ}` and, behind a number, `\circ` → `°`. */
function degrees(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const circ = token.text === "^" && tokens[i + 2]?.text === "\\circ" && tokens[i + 3]?.text === "}";
    const bare = token.text === "\\circ" && tokens[i - 1]?.kind === "number";
    out.push(circ || bare ? { kind: "symbol", text: "°", gap: token.gap } : token);
    if (circ) i += 3;
  }
  return out;
}

/** `17th`, `17\text{th}`, `17^{th}` → `17`; the ending must be the number's own. */
function cardinals(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    out.push(token);
    const raised = tokens[i + 1]?.text === "^" && tokens[i + 2]?.text === "{" && tokens[i + 4]?.text === "}";
    const ending = tokens[raised ? i + 3 : i + 1];
    if (token.kind !== "number" || ending?.kind !== "word" || (ending.gap !== "" && !ending.prose)) continue;
    if (/^\d+$/.test(token.text) && ending.text === ordinalEnding(token.text)) i += raised ? 4 : 1;
  }
  return out;
}

function ordinalEnding(digits: string): string {
  if (/1[123]$/.test(digits)) return "th";
  return ["th", "st", "nd", "rd"][Number(digits.at(-1))] ?? "th";
}

/** Drops a full stop or comma at the end, `=` at the beginning, and braces around the whole. */
function withoutEnds(tokens: readonly Token[]): readonly Token[] {
  let begin = 0;
  let end = tokens.length;
  if (tokens.length > 1 && tokens[0]?.text === "=") begin = 1;
  while (end > begin && (tokens[end - 1]?.text === "." || tokens[end - 1]?.text === ",")) end -= 1;
  const closes = matching(tokens);
  while (end - begin >= 2 && tokens[begin]?.text === "{" && closes.get(begin) === end - 1) {
    begin += 1;
    end -= 1;
  }
  return tokens.slice(begin, end);
}

function matching(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closes = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, i) => {
    if (token.text === "{") open.push(i);
    if (token.text !== "}") return;
    const begin = open.pop();
    if (begin !== undefined) closes.set(begin, i);
  });
  return closes;
}
