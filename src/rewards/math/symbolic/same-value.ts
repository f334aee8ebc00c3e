import { type Complex, isProperNumber, modulus, plus, real, times } from "./complex.js";
import { contains, type Expression, INFINITY, variables } from "./expression.js";
import { agreePrecisely } from "./precise.js";
import { exactValue, sameFraction } from "./rational.js";
import { type Point, valueAt } from "./sample.js";

const POINTS = 6;
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
  const large = new Map(names.map((name, i) => [name, BigInt(1 + Math.floor(random(name, i) * 2 ** 40))]));
  const exact = exactValue(a, large);
  const other = exact === undefined ? undefined : exactValue(b, large);
  if (exact !== undefined && other !== undefined) return sameFraction(exact, other);
  return sampledEqual(a, b, names);
}

/** Sampled at six points, signs mixed; those where neither side is finite tell nothing, and two must remain. */
function sampledEqual(a: Expression, b: Expression, names: readonly string[]): boolean {
  const wholeOnly = contains(a, "Factorial") || contains(b, "Factorial") || contains(a, "Binomial");
  const sampled = names.length === 0 ? 1 : POINTS;
  let finite = 0;
  let scale = 1;
  let nearest = true;
  for (let k = 0; k < sampled; k++) {
    const point = pointAt(names, k, wholeOnly);
    const [x, y] = [valueAt(a, point), valueAt(b, point)];
    if (!isProperNumber(x) && !isProperNumber(y)) continue;
    if (!isProperNumber(x) || !isProperNumber(y)) return false;
    finite += 1;
    const gap = modulus(plus(x, times(real(-1), y)));
    const size = Math.max(modulus(x), modulus(y));
    if (gap > REFUTES * Math.max(size, Number.MIN_VALUE)) {
      // Two sums that cancel to nearly 0 differ by rounding alone; let the precise arithmetic say.
      if (size > 1e-6 || names.length > 0) return false;
    }
    if (gap > CONFIRMS * size) nearest = false;
    scale = size;
  }
  if (finite < Math.min(sampled, 2)) return false;
  const small = new Map(names.map((name, i) => [name, BigInt(2 + Math.floor(random(name, i + 77) * 40))]));
  const doubles = new Map([...small].map(([name, x]): [string, Complex] => [name, real(Number(x))]));
  if (!isProperNumber(valueAt(a, doubles)) || !isProperNumber(valueAt(b, doubles))) return nearest;
  return agreePrecisely(a, b, small, names.length === 0 ? scale : 1) ?? nearest;
}

function pointAt(names: readonly string[], k: number, wholeOnly: boolean): Point {
  return new Map(
    names.map((name, i): [string, Complex] => {
      const x = random(name, k * 31 + i);
      if (wholeOnly) return [name, real(1 + Math.floor(x * 12))];
      return [name, real((0.2 + 2.6 * x) * (k >= 3 && random(name, k) < 0.5 ? -1 : 1))];
    }),
  );
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
