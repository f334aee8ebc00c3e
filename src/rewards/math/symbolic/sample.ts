import { type Complex, exp, isProperNumber, ln, modulus, over, plus, power, real, root, times } from "./complex.js";
import { type Expression, type Head, variables } from "./expression.js";

/** Most terms of a sum or factors of a product that are evaluated. */
export const MAX_TERMS = 1000;

/** Values of variables. */
export type Point = ReadonlyMap<string, Complex>;

const NOT_A_NUMBER = real(Number.NaN);
/** What has a value that a double cannot hold: an overflow, or no 0 that has sunk to 0 (or to a loss of digits). */
const BEYOND = real(Number.POSITIVE_INFINITY);
const SUNK = 1e-300;
const CONSTANT_VALUES: Point = new Map([
  ["pi", real(Math.PI)],
  ["e", real(Math.E)],
  ["i", { re: 0, im: 1 }],
]);

/** Whether a value is {@link valueAt}'s mark for numbers too large or too near 0 for a double. */
export function isBeyond(z: Complex): boolean {
  return z.re === Number.POSITIVE_INFINITY;
}

/**
 * The value in double precision at a point; NaN where it is not defined or would cost too much, {@link isBeyond} where
 * it or a part of it is too large or too near 0. Time is bounded by the size of the expression times 1,000 terms a sum
 * (sums do not nest).
 */
export function valueAt(expression: Expression, point: Point): Complex {
  switch (expression.kind) {
    case "number":
      return real(ratio(expression.num, expression.den));
    case "symbol":
      return CONSTANT_VALUES.get(expression.name) ?? point.get(expression.name) ?? NOT_A_NUMBER;
    case "call": {
      if (expression.head === "Sum" || expression.head === "Product") return series(expression, point);
      const args = expression.args.map((arg) => valueAt(arg, point));
      // 1/9^{9^9} is refused with its parts: what overflows here would never end in exact arithmetic.
      if (!args.every(isProperNumber)) return args.some(isBeyond) ? BEYOND : NOT_A_NUMBER;
      const value = evaluate(expression.head, args, expression.name);
      return hasLeft(value, expression.head, args) ? BEYOND : value;
    }
  }
}

/** A real constant in double precision; undefined for anything else. */
export function constantOf(expression: Expression): number | undefined {
  if (variables(expression).size > 0) return undefined;
  const value = valueAt(expression, new Map());
  return isProperNumber(value) && Math.abs(value.im) < 1e-12 ? value.re : undefined;
}

/** Whether a product, quotient or power of what is not 0 has left the range of doubles. */
function hasLeft(value: Complex, head: Head, [a = NOT_A_NUMBER, b = NOT_A_NUMBER]: readonly Complex[]): boolean {
  if (modulus(a) === 0 || (head !== "Multiply" && head !== "Divide" && head !== "Power")) return false;
  if (Number.isNaN(value.re) || Number.isNaN(value.im)) return head === "Power";
  return !isProperNumber(value) || (modulus(value) < SUNK && !(head === "Multiply" && modulus(b) === 0));
}

/** num/den without overflow of either. */
function ratio(num: bigint, den: bigint): number {
  const [n, d] = [Number(num), Number(den)];
  if (Number.isFinite(n) && Number.isFinite(d)) return n / d;
  const digits = Math.max(num.toString().length, den.toString().length) - 300;
  const scale = 10n ** BigInt(digits);
  return Number(num / scale) / Number(den / scale);
}

function series(expression: Expression & { readonly kind: "call" }, point: Point): Complex {
  const [body, from, to] = expression.args;
  if (body === undefined || from === undefined || to === undefined || hasSeries(body)) return NOT_A_NUMBER;
  const [first, last] = [whole(valueAt(from, point)), whole(valueAt(to, point))];
  if (first === undefined || last === undefined || last - first >= MAX_TERMS) return NOT_A_NUMBER;
  const isSum = expression.head === "Sum";
  let out = real(isSum ? 0 : 1);
  for (let k = first; k <= last; k++) {
    const term = valueAt(body, new Map([...point, [expression.name ?? "", real(k)]]));
    out = isSum ? plus(out, term) : times(out, term);
  }
  return out;
}

function hasSeries(expression: Expression): boolean {
  if (expression.kind !== "call") return false;
  return expression.head === "Sum" || expression.head === "Product" || expression.args.some(hasSeries);
}

function evaluate(head: Head, args: readonly Complex[], name = ""): Complex {
  const [x = NOT_A_NUMBER, y = NOT_A_NUMBER] = args;
  switch (head) {
    case "Add":
      return plus(x, y);
    case "Multiply":
      return times(x, y);
    case "Divide":
      return over(x, y);
    case "Power":
      return power(x, y);
    case "Root":
      return root(x, y);
    case "Abs":
      return real(modulus(x));
    case "Ln":
      return x.re === 0 && x.im === 0 ? NOT_A_NUMBER : ln(x);
    case "Log":
      return over(ln(x), ln(y));
    case "Sinh":
      return times(real(0.5), plus(exp(x), times(real(-1), exp(times(real(-1), x)))));
    case "Cosh":
      return times(real(0.5), plus(exp(x), exp(times(real(-1), x))));
    case "Tanh":
      return over(evaluate("Sinh", [x]), evaluate("Cosh", [x]));
    // An unknown function: any smooth one will do, as long as it is the same for the same name.
    case "Apply":
      return plus(exp(times(real(0.1 + ((name.charCodeAt(0) + 3 * name.length) % 7) / 10), x)), times(real(0.37), x));
    default:
      return args.every((arg) => arg.im === 0)
        ? real(
            realValue(
              head,
              args.map(({ re }) => re),
            ),
          )
        : complexTrig(head, x);
  }
}

function complexTrig(head: Head, x: Complex): Complex {
  const ix = { re: -x.im, im: x.re };
  if (head === "Cos") return evaluate("Cosh", [ix]);
  if (head === "Sin") return times({ re: 0, im: -1 }, evaluate("Sinh", [ix]));
  if (head === "Tan") return over(complexTrig("Sin", x), complexTrig("Cos", x));
  return NOT_A_NUMBER;
}

function realValue(head: Head, args: readonly number[]): number {
  const [x = Number.NaN, y = Number.NaN] = args;
  switch (head) {
    case "Sin":
      return Math.sin(x);
    case "Cos":
      return Math.cos(x);
    case "Tan":
      return unlessNear(Math.cos(x), Math.tan(x));
    case "Cot":
      return unlessNear(Math.sin(x), Math.cos(x) / Math.sin(x));
    case "Sec":
      return unlessNear(Math.cos(x), 1 / Math.cos(x));
    case "Csc":
      return unlessNear(Math.sin(x), 1 / Math.sin(x));
    case "Arcsin":
      return Math.asin(x);
    case "Arccos":
      return Math.acos(x);
    case "Arctan":
      return Math.atan(x);
    case "Floor":
      return Math.floor(x);
    case "Ceil":
      return Math.ceil(x);
    case "Max":
      return Math.max(...args);
    case "Min":
      return Math.min(...args);
    case "Mod":
      return Number.isInteger(x) && Number.isInteger(y) && y > 0 ? ((x % y) + y) % y : Number.NaN;
    case "Gcd":
      return args.every(Number.isInteger) ? args.reduce(gcd) : Number.NaN;
    case "Lcm":
      return args.every(Number.isInteger) ? args.reduce((a, b) => Math.abs(a * b) / gcd(a, b)) : Number.NaN;
    case "Factorial":
      return factorial(x);
    case "Binomial":
      return binomial(x, y);
    default:
      return Number.NaN;
  }
}

/** A pole is not a number, although rounding makes it finite. */
function unlessNear(denominator: number, value: number): number {
  return Math.abs(denominator) < 1e-14 ? Number.NaN : value;
}

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

function factorial(x: number): number {
  if (!Number.isInteger(x) || x < 0 || x > 170) return Number.NaN;
  let out = 1;
  for (let k = 2; k <= x; k++) out *= k;
  return out;
}

function binomial(n: number, k: number): number {
  if (!Number.isInteger(k) || k < 0 || k > MAX_TERMS) return Number.NaN;
  let out = 1;
  for (let j = 1; j <= k; j++) out *= (n - k + j) / j;
  return out;
}

function whole(z: Complex): number | undefined {
  return z.im === 0 && Number.isInteger(z.re) ? z.re : undefined;
}
