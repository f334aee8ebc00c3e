import type { Token } from "../tokens.js";

/** A number in a base of its own, `1011_{2}`, `FF_{16}`, as the value it has; all else as it stands. */
export function withoutBases(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const length = digitTokens(tokens, i);
    const base = length === 0 ? undefined : baseAt(tokens, i + length);
    const digits = tokens.slice(i, i + length).map(({ text }) => text);
    const value = base === undefined ? undefined : valueIn(digits.join("").replace(".", ""), base);
    if (base === undefined || value === undefined) {
      out.push(token);
      continue;
    }
    const [, point = ""] = digits.join("").split(".");
    out.push(...quotient(value, BigInt(base) ** BigInt(point.length), token));
    i += length + 3;
  }
  return out;
}

/** Whether a number says its base. */
export function namesBase(tokens: readonly Token[]): boolean {
  return tokens.some((_, i) => digitTokens(tokens, i) > 0 && baseAt(tokens, i + digitTokens(tokens, i)) !== undefined);
}

/** How many tokens from here on are one number: `1011`, `FF`, `1A`. */
function digitTokens(tokens: readonly Token[], at: number): number {
  const [first, second] = [tokens[at], tokens[at + 1]];
  if (first === undefined || first.text.length > 100 || !/^(?:\d+(?:\.\d+)?|[A-F]+)$/.test(first.text)) return 0;
  return first.kind === "number" && second !== undefined && second.gap === "" && /^[A-F]{1,100}$/.test(second.text)
    ? 2
    : 1;
}

function baseAt(tokens: readonly Token[], at: number): number | undefined {
  if (tokens[at]?.text !== "_" || tokens[at + 1]?.text !== "{" || tokens[at + 3]?.text !== "}") return undefined;
  const base = Number(/^\d{1,2}$/.exec(tokens[at + 2]?.text ?? "")?.[0] ?? 0);
  return base >= 2 && base <= 36 ? base : undefined;
}

function valueIn(digits: string, base: number): bigint | undefined {
  let value = 0n;
  for (const digit of digits) {
    const worth = Number.parseInt(digit, 36);
    if (!(worth < base)) return undefined;
    value = value * BigInt(base) + BigInt(worth);
  }
  return value;
}

function quotient(num: bigint, den: bigint, { gap }: Token): readonly Token[] {
  const symbol = (text: string): Token => ({ kind: "symbol", text, gap: "" });
  const number = (value: bigint): Token => ({ kind: "number", text: String(value), gap: den === 1n ? gap : "" });
  if (den === 1n) return [number(num)];
  return [
    { kind: "command", text: "\\frac", gap },
    symbol("{"),
    number(num),
    symbol("}"),
    symbol("{"),
    number(den),
    symbol("}"),
  ];
}

/** Names that programs write otherwise than mathematicians. */
const PROGRAM_NAMES: ReadonlyMap<string, string> = new Map([
  ["log", "ln"],
  ["I", "i"],
  ["E", "e"],
]);

/**
 * A gold in the notation of Python and SymPy, where `log` is natural and `I` and `E` are constants; undefined where the text shows no
 * sign of being a program's: it has no backslash, and multiplies by `*` or calls a function.
 */
export function programReading(gold: string, tokens: readonly Token[]): readonly Token[] | undefined {
  if (gold.includes("\\") || !/\*|\b(?:log|exp|sqrt|sin|cos|tan)\(/.test(gold)) return undefined;
  if (!tokens.some(({ text }) => PROGRAM_NAMES.has(text))) return undefined;
  return tokens.map((token) => ({ ...token, text: PROGRAM_NAMES.get(token.text) ?? token.text }));
}
