/**
 * ln Γ(x). Stirling's series with Bernoulli's numbers (Abramowitz & Stegun 6.1.40-41), reached from small x by
 * Γ(x + 1) = x Γ(x) (6.1.15).
 */

/** B₂ₖ / (2k (2k − 1)) for k = 1, 2, …: seven terms err by less than 2e-17 from 15 on. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];
const FROM = 15;

/** @param x > 0; the error is below 1e-14, of the result where that exceeds one */
export function logGamma(x: number): number {
  if (!(x > 0) || !Number.isFinite(x)) throw new RangeError(`logGamma: x must be > 0 and finite (got ${x})`);
  let product = 1;
  let shifted = x;
  for (; shifted < FROM; shifted++) product *= shifted;
  const inverseSquare = 1 / shifted ** 2;
  const correction = STIRLING.reduceRight((sum, term) => sum * inverseSquare + term, 0) / shifted;
  return (
    (shifted - 0.5) * Math.log(shifted) -
    shifted +
    0.5 * Math.log(2 * Math.PI) +
    correction -
    Math.log(product)
  );
}
