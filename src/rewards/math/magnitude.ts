import type { Token } from "./tokens.js";

/** Largest power of ten that is evaluated; beyond it a number is refused, so no answer can cost memory. */
const MAX_EXPONENT = 1000;

/** An exact fraction, `den` > 0. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

/** Tokens with a reading position. */
export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

/** The text of a token at the cursor or ahead of it, "" behind the end. */
export function text(cursor: Cursor, ahead = 0): string {
  return cursor.tokens[cursor.at + ahead]?.text ?? "";
}

/** Reads a sign; undefined where there is none. */
export function sign(cursor: Cursor): bigint | undefined {
  const at = text(cursor);
  if (at !== "-" && at !== "+") return undefined;
  cursor.at += 1;
  return at === "-" ? -1n : 1n;
}

/** The number at the cursor: integer, decimal, fraction, mixed number, power of ten; undefined where there is none. */
export function readMagnitude(cursor: Cursor): Rational | undefined {
  let value = readPlain(cursor);
  for (let times = multiplier(cursor); value !== undefined && times !== undefined; times = multiplier(cursor)) {
    value = { num: value.num * times, den: value.den };
    cursor.at += 1;
  }
  return value;
}

const MULTIPLIERS: ReadonlyMap<string, bigint> = new Map([
  ["dozen", 12n],
  ["hundred", 100n],
  ["thousand", 1000n],
  ["million", 10n ** 6n],
  ["billion", 10n ** 9n],
  ["trillion", 10n ** 12n],
]);

/** The factor that the word at the cursor stands for: `5 million`. At most two words do. */
function multiplier(cursor: Cursor): bigint | undefined {
  const before = cursor.tokens[cursor.at - 2];
  if (before !== undefined && MULTIPLIERS.has(before.text)) return undefined;
  return MULTIPLIERS.get(text(cursor).replace(/s$/, ""));
}

function readPlain(cursor: Cursor): Rational | undefined {
  if (text(cursor) === "\\frac") return fraction(cursor);
  if (text(cursor) === "10" && text(cursor, 1) === "^") return powerOfTen(cursor);
  const whole = cursor.tokens[cursor.at];
  const first = decimal(cursor);
  if (first === undefined || whole === undefined) return undefined;
  if (text(cursor) === "/") return over(cursor, first);
  if (text(cursor) === "*") return scientific(cursor, first);
  return /^\d+$/.test(whole.text) ? mixed(cursor, first) : first;
}

/** `3/4`, `3/-4`. */
function over(cursor: Cursor, num: Rational): Rational | undefined {
  const start = cursor.at;
  cursor.at += 1;
  const negative = sign(cursor) ?? 1n;
  // 5 km/h: a slash before a word belongs to the unit.
  if (cursor.tokens[cursor.at]?.kind !== "number") {
    cursor.at = start;
    return num;
  }
  const den = decimal(cursor);
  return den === undefined ? undefined : divide({ num: negative * num.num, den: num.den }, den);
}

/** `1.45 * 10^{-5}`. */
function scientific(cursor: Cursor, factor: Rational): Rational | undefined {
  cursor.at += 1;
  if (text(cursor) !== "10" || text(cursor, 1) !== "^") return undefined;
  const power = powerOfTen(cursor);
  return power === undefined ? undefined : { num: factor.num * power.num, den: factor.den * power.den };
}

/** `1 1/2`, `1\frac{1}{2}`: the fraction must be proper, else it may be a product. */
function mixed(cursor: Cursor, whole: Rational): Rational | undefined {
  const start = cursor.at;
  const next = cursor.tokens[start];
  let part: Rational | undefined;
  if (next?.text === "\\frac") part = fraction(cursor);
  else if (next?.kind === "number" && next.gap === "blank" && text(cursor, 1) === "/") {
    const num = integer(next.text);
    cursor.at += 2;
    const den = integer(text(cursor));
    cursor.at += 1;
    part = num === undefined || den === undefined ? undefined : divide({ num, den: 1n }, { num: den, den: 1n });
  } else return whole;
  if (part === undefined || part.num < 0n || part.num >= part.den || whole.den !== 1n) return undefined;
  return { num: whole.num * part.den + part.num, den: part.den };
}

/** `\frac{a}{b}` with signed decimals. */
function fraction(cursor: Cursor): Rational | undefined {
  cursor.at += 1;
  const num = group(cursor);
  const den = num === undefined ? undefined : group(cursor);
  return num === undefined || den === undefined ? undefined : divide(num, den);
}

function group(cursor: Cursor): Rational | undefined {
  if (text(cursor) !== "{") return undefined;
  cursor.at += 1;
  const negative = sign(cursor) ?? 1n;
  const value = decimal(cursor);
  if (value === undefined || text(cursor) !== "}") return undefined;
  cursor.at += 1;
  return { num: negative * value.num, den: value.den };
}

function divide(a: Rational, b: Rational): Rational | undefined {
  if (b.num === 0n) return undefined;
  const flip = b.num < 0n ? -1n : 1n;
  return { num: flip * a.num * b.den, den: flip * a.den * b.num };
}

/** `10^{k}`. */
function powerOfTen(cursor: Cursor): Rational | undefined {
  cursor.at += 2;
  if (text(cursor) !== "{") return undefined;
  cursor.at += 1;
  const negative = sign(cursor) ?? 1n;
  const exponent = integer(text(cursor));
  if (exponent === undefined || exponent > BigInt(MAX_EXPONENT) || text(cursor, 1) !== "}") return undefined;
  cursor.at += 2;
  return shift(1n, Number(negative * exponent));
}

/** Digits with thousands separators, a point, repeating digits or an exponent. */
function decimal(cursor: Cursor): Rational | undefined {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== "number") return undefined;
  cursor.at += 1;
  const written = token.text + thousands(cursor, token.text);
  const [, whole = "", point = "", exponent] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(written) ?? [];
  if (exponent !== undefined) {
    const power = Number(exponent);
    return Math.abs(power) > MAX_EXPONENT ? undefined : shift(BigInt(whole + point), power - point.length);
  }
  if (text(cursor) === "." && text(cursor, 1) === "\\overline") cursor.at += 1;
  return text(cursor) === "\\overline" ? repeating(cursor, whole, point) : shift(BigInt(whole + point), -point.length);
}

/** The groups after `1` in `1,000`, `1{,}000`, `1\,000` or `1 000`; "" when there are none. */
function thousands(cursor: Cursor, first: string): string {
  if (!/^[1-9]\d{0,2}$/.test(first)) return "";
  let digits = "";
  for (;;) {
    const separator = separatorLength(cursor);
    const next = cursor.tokens[cursor.at + separator];
    if (next === undefined || separator < 0 || !/^\d{3}(\.\d+)?$/.test(next.text)) return digits;
    if (separator > 0 ? next.gap !== "" : next.gap === "") return digits;
    // 1 234/235 is a mixed number.
    if (next.gap === "blank" && text(cursor, separator + 1) === "/") return digits;
    digits += next.text;
    cursor.at += separator + 1;
    if (next.text.length > 3) return digits;
  }
}

/** Tokens that the separator at the cursor takes: 1 for `,`, 3 for `{,}`, 0 for a blank or thin space, −1 for none. */
function separatorLength(cursor: Cursor): number {
  if (text(cursor) === ",") return 1;
  if (text(cursor) === "{" && text(cursor, 1) === "," && text(cursor, 2) === "}") return 3;
  return cursor.tokens[cursor.at]?.kind === "number" ? 0 : -1;
}

/** `0.1\overline{6}`: (digits − head) / (10^a · (10^b − 1)). */
function repeating(cursor: Cursor, whole: string, head: string): Rational | undefined {
  const period = text(cursor, 2);
  if (text(cursor, 1) !== "{" || !/^\d{1,100}$/.test(period) || text(cursor, 3) !== "}") return undefined;
  cursor.at += 4;
  const before = BigInt(whole + head);
  const num = BigInt(whole + head + period) - before;
  return { num, den: 10n ** BigInt(head.length) * (10n ** BigInt(period.length) - 1n) };
}

function integer(digits: string): bigint | undefined {
  return /^\d{1,100}$/.test(digits) ? BigInt(digits) : undefined;
}

function shift(digits: bigint, power: number): Rational {
  return power >= 0 ? { num: digits * 10n ** BigInt(power), den: 1n } : { num: digits, den: 10n ** BigInt(-power) };
}
