import { call, type Expression, number, symbol } from "./expression.js";
import { type TokenReader, Unreadable } from "./token-reader.js";

const WORD_BASES: ReadonlyMap<string, number> = new Map(
  "two three four five six seven eight nine ten eleven twelve".split(" ").map((word, i) => [word, i + 2]),
);

/** A number whose digits were just read, with a base or repeating digits behind it. */
export function readNumeral(reader: TokenReader, digits: string): Expression {
  if (reader.text() === "_") return inBase(reader, digits);
  const exact = decimalOf(digits);
  const point = reader.text() === "." ? 1 : 0;
  const repeat = reader.text(point) === "\\overline" ? /^\d{1,60}$/.exec(reader.text(2 + point)) : null;
  if (repeat === null || reader.text(3 + point) !== "}") return exact;
  reader.skip(4 + point);
  const [, decimals = ""] = digits.split(".");
  const period = 10n ** BigInt(repeat[0].length) - 1n;
  return call("Add", exact, number(BigInt(repeat[0]), period * 10n ** BigInt(decimals.length)));
}

/** `203_7` is another thing than any number in base ten, so that dropping the base is wrong. */
function inBase(reader: TokenReader, digits: string): Expression {
  const written = reader.text(2);
  const base = WORD_BASES.get(written) ?? (/^\d{1,2}$/.test(written) ? Number(written) : undefined);
  if (reader.text(1) !== "{" || base === undefined || reader.text(3) !== "}") throw new Unreadable("a subscript");
  reader.skip(4);
  return base === 10 ? decimalOf(digits) : symbol(`${digits.replace(/^0+(?=.)/, "")}_${base}`);
}

/** The `1/2` of `1 1/2` behind its whole part. */
export function readMixedInline(reader: TokenReader, whole: Expression, allowed: boolean): Expression {
  const [num, slash, den] = [reader.peek(), reader.peek(1), reader.peek(2)];
  if (!allowed || num === undefined || slash?.text !== "/" || den === undefined) throw new Unreadable("two numbers");
  if (!/^\d+$/.test(num.text) || !/^\d+$/.test(den.text)) throw new Unreadable("two numbers");
  const part = call("Divide", number(BigInt(num.text)), number(BigInt(den.text)));
  if (!isProper(part)) throw new Unreadable("two numbers");
  reader.skip(3);
  return call("Add", whole, part);
}

/** Whether an expression is a fraction of whole numbers below 1, which makes a mixed number of a whole one before it. */
export function isProper(x: Expression): boolean {
  if (x.kind !== "call" || x.head !== "Divide") return false;
  const [num, den] = x.args;
  if (num?.kind !== "number" || den?.kind !== "number" || num.den !== 1n || den.den !== 1n) return false;
  return num.num >= 0n && num.num < den.num;
}

function decimalOf(text: string): Expression {
  const [, whole = "", point = "", exponent = "0"] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const power = Number(exponent) - point.length;
  if (Math.abs(power) > 5000) throw new Unreadable("a huge power of ten");
  const digits = BigInt(whole + point || "0");
  return power >= 0 ? number(digits * 10n ** BigInt(power)) : number(digits, 10n ** BigInt(-power));
}
