/** A complex number in double precision. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A real number. */
export function real(re: number): Complex {
  return { re, im: 0 };
}

/** Whether both parts are finite. */
export function isProperNumber(z: Complex): boolean {
  return Number.isFinite(z.re) && Number.isFinite(z.im);
}

/** |z|. */
export function modulus(z: Complex): number {
  return Math.hypot(z.re, z.im);
}

/** a + b. */
export function plus(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}

/** a · b. */
export function times(a: Complex, b: Complex): Complex {
  if (a.im === 0 && b.im === 0) return real(a.re * b.re);
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

/** a / b; NaN where b is 0, for no answer equals a division by nothing. */
export function over(a: Complex, b: Complex): Complex {
  if (b.im === 0) return b.re === 0 ? real(Number.NaN) : { re: a.re / b.re, im: a.im / b.re };
  const square = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / square, im: (a.im * b.re - a.re * b.im) / square };
}

/** e^z. */
export function exp(z: Complex): Complex {
  const size = Math.exp(z.re);
  return z.im === 0 ? real(size) : { re: size * Math.cos(z.im), im: size * Math.sin(z.im) };
}

/** The principal logarithm. */
export function ln(z: Complex): Complex {
  return { re: Math.log(modulus(z)), im: Math.atan2(z.im, z.re) };
}

/** a^b, principal; whole exponents by their own path, so that (−2)³ is real, and x^{1/3} is ∛x left of 0 too. */
export function power(a: Complex, b: Complex): Complex {
  if (b.im === 0 && a.im === 0 && (a.re >= 0 || Number.isInteger(b.re))) return real(a.re ** b.re);
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 64) return wholePower(a, b.re);
  if (a.im === 0 && b.im === 0 && a.re < 0) {
    const q = [3, 5, 7].find((odd) => Math.abs(b.re * odd - Math.round(b.re * odd)) < 1e-14);
    if (q !== undefined) return power(root(a, real(q)), real(Math.round(b.re * q)));
  }
  return a.re === 0 && a.im === 0 ? real(b.re > 0 ? 0 : Number.NaN) : exp(times(b, ln(a)));
}

function wholePower(a: Complex, n: number): Complex {
  let out = real(1);
  for (let k = 0; k < Math.abs(n); k++) out = times(out, a);
  return n < 0 ? over(real(1), out) : out;
}

/** The n-th root: real for odd n of a negative real, as a pupil writes ∛−8 = −2; principal otherwise. */
export function root(a: Complex, n: Complex): Complex {
  if (n.re === 2 && n.im === 0 && a.im === 0) {
    return a.re >= 0 ? real(Math.sqrt(a.re)) : { re: 0, im: Math.sqrt(-a.re) };
  }
  const odd = n.im === 0 && Number.isInteger(n.re) && n.re % 2 !== 0;
  if (odd && a.im === 0 && a.re < 0) return real(-((-a.re) ** (1 / n.re)));
  return power(a, over(real(1), n));
}
