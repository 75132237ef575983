/**
 * The two-sided tail of the noncentral t distribution. T² is noncentral F with 1 and df degrees of freedom, a mixture of
 * beta distributions by Poisson weights (Abramowitz & Stegun 26.6.18-20; Lenth, AS 226, Applied Statistics 36, 1987).
 */
import { incompleteBeta } from './incompleteBeta.js';

/** e^(−δ²/2), the first weight, underflows soon after. */
export const MAX_NONCENTRALITY = 37;

/**
 * P(|T| ≥ t), absolute error below 1e-12.
 * @param t ≥ 0
 * @param delta noncentrality, |delta| ≤ MAX_NONCENTRALITY
 */
export function noncentralTwoSided(t: number, df: number, delta: number): number {
  if (!(t >= 0 && df > 0)) throw new RangeError(`noncentralTwoSided: t ≥ 0 and df > 0 (got ${t}, ${df})`);
  if (!(Math.abs(delta) <= MAX_NONCENTRALITY))
    throw new RangeError(`noncentralTwoSided: |delta| must be at most ${MAX_NONCENTRALITY} (got ${delta})`);
  const ratio = t ** 2 / df;
  const [x, y] = [ratio / (1 + ratio), 1 / (1 + ratio)];
  const half = delta ** 2 / 2;
  let weight = Math.exp(-half);
  let inside = 0;
  // Weights rise until j = δ²/2 and fall ever faster after it.
  for (let j = 0; j <= half || weight > 1e-17; j++) {
    inside += weight * incompleteBeta(j + 0.5, df / 2, x, y);
    weight *= half / (j + 1);
  }
  return Math.min(1, Math.max(0, 1 - inside));
}
