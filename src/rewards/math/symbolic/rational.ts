import { type Expression, variables } from "./expression.js";

/** An exact fraction, `den` > 0, not reduced. */
interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

/** No number that is made may have more bits: arithmetic below it takes well under a millisecond. */
const MAX_BITS = 40_000;

/** Stops an evaluation: the expression is not rational, has no value, or is too large. */
class NotExact extends Error {}

/**
 * The exact value of an expression made of + − · /, whole powers, factorials and binomials at rational values of its
 * variables; undefined when it is made of more, divides by 0, or would take more than 40,000 bits.
 */
export function exactValue(expression: Expression, point: ReadonlyMap<string, bigint>): Fraction | undefined {
  try {
    return evaluate(expression, point);
  } catch (error) {
    if (error instanceof NotExact) return undefined;
    throw error;
  }
}

/** Whether two fractions are the same number. */
export function sameFraction(a: Fraction, b: Fraction): boolean {
  return a.num * b.den === b.num * a.den;
}

function evaluate(expression: Expression, point: ReadonlyMap<string, bigint>): Fraction {
  if (expression.kind === "number") return checked(expression.num, expression.den);
  if (expression.kind === "symbol") {
    const value = point.get(expression.name);
    if (value === undefined) throw new NotExact();
    return { num: value, den: 1n };
  }
  const [a, b] = expression.args.map((arg) => evaluate(arg, point));
  if (a === undefined) throw new NotExact();
  switch (expression.head) {
    case "Factorial":
      return { num: factorial(a), den: 1n };
    case "Abs":
      // One point has one sign, so with variables inside it would prove |x| = x; sampling has both.
      if (variables(expression).size > 0) throw new NotExact();
      return { num: a.num < 0n ? -a.num : a.num, den: a.den };
  }
  if (b === undefined || expression.args.length > 2) throw new NotExact();
  switch (expression.head) {
    case "Add":
      return checked(a.num * b.den + b.num * a.den, a.den * b.den);
    case "Multiply":
      return checked(a.num * b.num, a.den * b.den);
    case "Divide":
      return divide(a, b);
    case "Power":
      return power(a, b);
    case "Binomial":
      return binomial(a, b);
    default:
      throw new NotExact();
  }
}

function checked(num: bigint, den: bigint): Fraction {
  if (bits(num) + bits(den) > MAX_BITS) throw new NotExact();
  return { num, den };
}

/** An upper bound within 4 of the length in bits; cheap because hexadecimal needs no division. */
function bits(x: bigint): number {
  return x.toString(16).length * 4;
}

function divide(a: Fraction, b: Fraction): Fraction {
  if (b.num === 0n) throw new NotExact();
  const flip = b.num < 0n ? -1n : 1n;
  return checked(flip * a.num * b.den, flip * a.den * b.num);
}

function power(base: Fraction, exponent: Fraction): Fraction {
  if (exponent.num % exponent.den !== 0n) throw new NotExact();
  const n = exponent.num / exponent.den;
  const size = n < 0n ? -n : n;
  if (size > 100_000n || (bits(base.num) + bits(base.den)) * Number(size) > MAX_BITS) throw new NotExact();
  const raised = { num: base.num ** size, den: base.den ** size };
  return n < 0n ? divide({ num: 1n, den: 1n }, raised) : raised;
}

function small(x: Fraction): bigint {
  if (x.num % x.den !== 0n) throw new NotExact();
  const n = x.num / x.den;
  if (n < 0n || n > 1000n) throw new NotExact();
  return n;
}

function factorial(x: Fraction): bigint {
  let out = 1n;
  for (let k = small(x); k > 1n; k--) out *= k;
  return out;
}

function binomial(a: Fraction, b: Fraction): Fraction {
  const [n, k] = [small(a), small(b)];
  if (k > n) return { num: 0n, den: 1n };
  let out = 1n;
  for (let j = 1n; j <= k; j++) out = (out * (n - k + j)) / j;
  return { num: out, den: 1n };
}
