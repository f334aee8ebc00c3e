/**
 * Unbiased estimate of the chance that at least one of k samples is right, from `right` of `samples`:
 * 1 − C(n−c, k) / C(n, k), as a product so that nothing overflows (Chen et al. 2021).
 * @throws RangeError unless 0 ≤ right ≤ samples and 1 ≤ k ≤ samples, all whole
 */
export function passAtK(samples: number, right: number, k: number): number {
  const whole = [samples, right, k].every(Number.isInteger);
  if (!whole || right < 0 || right > samples || k < 1 || k > samples) {
    throw new RangeError(`passAtK(${samples}, ${right}, ${k}): needs 0 ≤ right ≤ samples and 1 ≤ k ≤ samples`);
  }
  if (samples - right < k) return 1;
  let allWrong = 1;
  for (let i = samples - right + 1; i <= samples; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** The k that are told for n samples: powers of two below n, and n. */
export function toldKs(samples: number): readonly number[] {
  const powers: number[] = [];
  for (let k = 1; k < samples; k *= 2) powers.push(k);
  return samples < 1 ? [] : [...powers, samples];
}
