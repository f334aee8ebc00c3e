import { type Cursor, readMagnitude, sign } from "./magnitude.js";
import type { Token } from "./tokens.js";
import { currencyAt, sameDimension, type UnitRule, type UnitScale, unitAround, unitScale } from "./units.js";

/** An exact number with what stands around it. `den` > 0; not reduced. */
export interface Quantity {
  readonly num: bigint;
  readonly den: bigint;
  /** Canonical unit, "" = none. */
  readonly unit: string;
  /** The symbol it is assigned to, as in `x = 3`; "" = none. */
  readonly symbol: string;
}

/**
 * Reads canonical tokens that are one number and nothing else but sign, currency, unit and an assigned symbol; undefined
 * otherwise: a number inside anything else is not an answer. Understands integers, thousands separators, decimals,
 * repeating decimals, fractions, mixed numbers, e-notation and powers of ten.
 */
export function parseQuantity(tokens: readonly Token[], rule: UnitRule): Quantity | undefined {
  return simple(tokens, rule) ?? compound(tokens);
}

function simple(tokens: readonly Token[], rule: UnitRule): Quantity | undefined {
  const cursor: Cursor = { tokens, at: 0 };
  const symbol = assignedSymbol(cursor);
  const outer = sign(cursor);
  const currency = currencyAt(tokens, cursor.at);
  cursor.at += currency?.length ?? 0;
  const inner = outer === undefined ? sign(cursor) : undefined;
  const magnitude = readMagnitude(cursor);
  if (magnitude === undefined) return undefined;
  const unit = unitAround(currency?.unit, tokens.slice(cursor.at), rule);
  if (unit === undefined) return undefined;
  return { num: (outer ?? inner ?? 1n) * magnitude.num, den: magnitude.den, unit, symbol };
}

const MAX_PARTS = 4;

/** `8 hours 30 minutes`, `5 ft 6 in`: amounts of one dimension from the largest unit to the smallest, as an amount of the first. */
function compound(tokens: readonly Token[]): Quantity | undefined {
  const begins = tokens.flatMap(({ kind }, i) =>
    kind === "number" && (i === 0 || /^(?:[A-Za-z]+|\.)$/.test(tokens[i - 1]?.text ?? "")) ? [i] : [],
  );
  if (begins[0] !== 0 || begins.length < 2 || begins.length > MAX_PARTS) return undefined;
  const parts = begins.map((begin, i) => {
    const part = tokens.slice(begin, begins[i + 1]);
    return simple(part.at(-1)?.text === "and" ? part.slice(0, -1) : part, {
      any: false,
      also: undefined,
      letters: true,
    });
  });
  let sum: Quantity | undefined;
  let least: UnitScale | undefined;
  for (const part of parts) {
    const scale = part && unitScale(part.unit);
    if (part === undefined || scale === undefined) return undefined;
    if (
      least !== undefined &&
      (scale.dimension !== least.dimension || scale.num * least.den >= least.num * scale.den)
    ) {
      return undefined;
    }
    const [num, den] = [part.num * scale.num, part.den * scale.den];
    sum =
      sum === undefined ? { ...part, num, den } : { ...sum, num: sum.num * den + num * sum.den, den: sum.den * den };
    least = scale;
  }
  const first = sum && unitScale(sum.unit);
  return sum && first && { ...sum, num: sum.num * first.den, den: sum.den * first.num };
}

/**
 * Exact equality, units converted where they measure the same. A unit or symbol that only one side names is no
 * difference; and a percentage is its hundredth besides: 25% = 25 = 0.25, but 25 ≠ 0.25,
 * and 0.5, being a share already, is 50% and not 0.5%.
 */
export function sameQuantity(a: Quantity, b: Quantity): boolean {
  if (a.symbol !== b.symbol && a.symbol !== "" && b.symbol !== "") return false;
  const same = a.num * b.den === b.num * a.den;
  if (a.unit === b.unit) return same;
  const [x, y] = [unitScale(a.unit), unitScale(b.unit)];
  if (a.unit === "" || b.unit === "") {
    if ((x ?? y)?.dimension !== "share") return same;
    return (same && !isBelowOne(a.unit === "" ? a : b)) || sameScaled(a, x, b, y);
  }
  // Degrees and radians differ by π, which is for the symbolic layer.
  return (
    x !== undefined &&
    y !== undefined &&
    sameDimension(x.dimension, y.dimension) &&
    x.dimension !== "angle" &&
    sameScaled(a, x, b, y)
  );
}

function isBelowOne({ num, den }: Quantity): boolean {
  return num < den && num > -den;
}

function sameScaled(a: Quantity, x: UnitScale | undefined, b: Quantity, y: UnitScale | undefined): boolean {
  const [left, right] = [x ?? ONE, y ?? ONE];
  return a.num * left.num * (b.den * right.den) === b.num * right.num * (a.den * left.den);
}

const ONE = { num: 1n, den: 1n };

function assignedSymbol(cursor: Cursor): string {
  const [first, second] = cursor.tokens;
  if (second?.text !== "=" || first === undefined) return "";
  const variable =
    first.kind === "word" ? first.text.length === 1 : first.kind === "command" && /^\\[A-Za-z]+$/.test(first.text);
  if (!variable) return "";
  cursor.at = 2;
  return first.text;
}
