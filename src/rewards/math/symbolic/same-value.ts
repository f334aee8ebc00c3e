import { type Complex, isProperNumber, modulus, plus, real, times } from "./complex.js";
import { contains, type Expression, hasSymbol, INFINITY, variables } from "./expression.js";
import { agreePrecisely } from "./precise.js";
import { exactValue, sameFraction } from "./rational.js";
import { isBeyond, type Point, valueAt } from "./sample.js";

const POINTS = 8;
/** Doubles that differ by more than this, relative to their size, are different numbers. */
const REFUTES = 1e-8;
/** Doubles nearer than this are taken for equal where nothing more precise can be computed (unknown functions, sums). */
const CONFIRMS = 1e-12;

/**
 * Whether two expressions have the same value wherever both have one. Sampled in double precision first, which refutes
 * nearly all that differ; what agrees is confirmed exactly (rational functions, at a random point of 40-bit integers) or
 * to 45 digits by Compute Engine. No tolerance: 3.14 is not π.
 */
export function sameValue(a: Expression, b: Expression): boolean {
  if (isInfinite(a) || isInfinite(b)) return infinitySign(a) !== 0 && infinitySign(a) === infinitySign(b);
  const names = [...new Set([...variables(a), ...variables(b)])].sort();
  const exactly = exactlyEqual(a, b, names);
  if (exactly !== undefined) return exactly;
  return sampledEqual(a, b, names);
}

/**
 * Compared as fractions at a point of 40-bit integers; where those grow too long (x^2024), at four points of small ones.
 * Undefined where a side is no rational function.
 */
function exactlyEqual(a: Expression, b: Expression, names: readonly string[]): boolean | undefined {
  const at = (of: (name: string, i: number) => number) => {
    const point = new Map(names.map((name, i) => [name, BigInt(of(name, i))]));
    const x = exactValue(a, point);
    const y = x === undefined ? undefined : exactValue(b, point);
    return x === undefined || y === undefined ? undefined : sameFraction(x, y);
  };
  const large = at((name, i) => 1 + Math.floor(random(name, i) * 2 ** 40));
  if (large !== undefined) return large;
  // Even and odd in turn, the first two variables in all combinations: (−1)^n is neither 1 nor −1.
  const small = [0, 1, 2, 3].map((k) =>
    at((name, i) => (k === 1 ? -1 : 1) * (2 + 2 * Math.floor(random(name, 7 * k + i) * 5) + ((k >> (i % 2)) & 1))),
  );
  if (small.some((same) => same === false)) return false;
  return small.every((same) => same === true) ? true : undefined;
}

/**
 * Sampled at eight points with every variable of both signs, near 1 and far from it; those where neither side is finite
 * tell nothing, and two must remain; nor do points where a side overflowed or sank to 0.
 */
function sampledEqual(a: Expression, b: Expression, names: readonly string[]): boolean {
  const wholeOnly = contains(a, "Factorial") || contains(b, "Factorial") || contains(a, "Binomial");
  const sampled = names.length === 0 ? 1 : POINTS;
  const realOnly = names.length > 0 && !hasSymbol(a, "i") && !hasSymbol(b, "i");
  let finite = 0;
  let scale = 1;
  let nearest = true;
  for (let k = 0; k < sampled; k++) {
    const point = pointAt(names, k, wholeOnly);
    const [x, y] = [valueAt(a, point), valueAt(b, point)];
    if (isBeyond(x) || isBeyond(y) || (!isProperNumber(x) && !isProperNumber(y))) continue;
    if (!isProperNumber(x) || !isProperNumber(y)) return false;
    const gap = modulus(plus(x, times(real(-1), y)));
    const size = Math.max(modulus(x), modulus(y));
    // ln(x²) − ln x and ln x have no real value left of 0, and there branches of the logarithm differ.
    if (realOnly && isNotReal(x) && isNotReal(y) && gap > CONFIRMS * size) continue;
    finite += 1;
    if (gap > REFUTES * Math.max(size, Number.MIN_VALUE)) {
      // Two sums that cancel to nearly 0 differ by rounding alone; let the precise arithmetic say.
      if (size > 1e-6 || names.length > 0 || (isProduct(a) && isProduct(b))) return false;
    }
    if (gap > CONFIRMS * size) nearest = false;
    scale = size;
  }
  if (finite < Math.min(sampled, 2)) return sameParts(a, b);
  const small = new Map(names.map((name, i) => [name, BigInt(2 + Math.floor(random(name, i + 77) * 5))]));
  const doubles = new Map([...small].map(([name, x]): [string, Complex] => [name, real(Number(x))]));
  if (!isProperNumber(valueAt(a, doubles)) || !isProperNumber(valueAt(b, doubles))) return nearest;
  return agreePrecisely(a, b, small, names.length === 0 ? scale : 1) ?? nearest;
}

/** The first three points are positive, the fourth negative, the next two mixed, the last two far from 0 on either side. */
function pointAt(names: readonly string[], k: number, wholeOnly: boolean): Point {
  return new Map(
    names.map((name, i): [string, Complex] => {
      const x = random(name, k * 31 + i);
      if (wholeOnly) return [name, real(1 + Math.floor(x * 12))];
      const negative = k === 3 || k === 7 || ((k === 4 || k === 5) && (i + k) % 2 === 0);
      const size = k < 6 ? 0.2 + 2.6 * x : 6 + 24 * x;
      return [name, real(negative ? -size : size)];
    }),
  );
}

function isNotReal({ re, im }: Complex): boolean {
  return Math.abs(im) > 1e-9 * Math.abs(re);
}

/** Made of numbers, products, quotients, powers and roots alone: nothing in it cancels. */
function isProduct(x: Expression): boolean {
  return x.kind !== "call" || (/^(Multiply|Divide|Power|Root)$/.test(x.head) && x.args.every(isProduct));
}

/** Where no point tells: the same function or power of equal arguments, as e^{−x²−1000} and e^{−1000−x²}. */
function sameParts(a: Expression, b: Expression): boolean {
  if (a.kind !== "call" || b.kind !== "call" || a.head !== "Power" || b.head !== "Power") return false;
  return a.args.every((arg, i) => sameValue(arg, b.args[i] ?? arg));
}

/** A number in [0, 1) that only its arguments decide, so that a verdict can be repeated. */
function random(name: string, k: number): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  hash = Math.imul(hash, 31) + Math.imul(k + 1, 2654435769);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489917);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function isInfinite(x: Expression): boolean {
  return variables(x).has(INFINITY);
}

/** 1 for ∞, −1 for −∞, 0 for anything else. */
export function infinitySign(x: Expression): -1 | 0 | 1 {
  if (x.kind === "symbol") return x.name === INFINITY ? 1 : 0;
  if (x.kind !== "call" || x.head !== "Multiply") return 0;
  const [sign, inner] = x.args;
  const minus = sign?.kind === "number" && sign.num === -1n && sign.den === 1n;
  return minus && inner?.kind === "symbol" && inner.name === INFINITY ? -1 : 0;
}
