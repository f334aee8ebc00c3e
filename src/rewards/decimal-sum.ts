/** A decimal number: `digits` · 10^`exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/**
 * Σ weight · value of the numbers as they are written, rounded once: 1 + 0.1 + 0.1 is 1.2. Of floating-point sums it is the most
 * exact, and no digit that a measured value has is cut off.
 */
export function decimalSum(terms: readonly (readonly [weight: number, value: number])[]): number {
  const products = terms.map(([weight, value]) => product(decimal(weight), decimal(value)));
  const exponent = Math.min(0, ...products.map((term) => term.exponent));
  const digits = products.reduce((sum, term) => sum + term.digits * 10n ** BigInt(term.exponent - exponent), 0n);
  return Number(`${digits}e${exponent}`);
}

function product(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

/** The shortest decimal that is read as this number: the one that people wrote. */
function decimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", point = ""] = mantissa.split(".");
  return { digits: BigInt(whole + point), exponent: Number(exponent) - point.length };
}
