/** The noncentral t distribution: Lenth's algorithm AS 243 (Applied Statistics 38, 1989). */
import { incompleteBeta } from './incompleteBeta.js';
import { logGamma } from './logGamma.js';

/** e^(−δ²/2) underflows soon after, and with it the series. */
export const MAX_NONCENTRALITY = 37;
const MAX_TERMS = 3000;

/**
 * P(T ≤ t), absolute error below 1e-12.
 * @param t ≥ 0
 * @param delta noncentrality, |delta| ≤ MAX_NONCENTRALITY
 */
export function noncentralTCdf(t: number, df: number, delta: number): number {
  if (!(t >= 0 && df > 0)) throw new RangeError(`noncentralTCdf: t ≥ 0 and df > 0 (got ${t}, ${df})`);
  if (!(Math.abs(delta) <= MAX_NONCENTRALITY))
    throw new RangeError(`noncentralTCdf: |delta| must be at most ${MAX_NONCENTRALITY} (got ${delta})`);
  const ratio = t ** 2 / df;
  const [x, y] = [ratio / (1 + ratio), 1 / (1 + ratio)];
  const half = delta ** 2 / 2;
  let poisson = Math.exp(-half);
  let odd = delta * Math.exp(-half - 0.5 * Math.LN2 - logGamma(1.5));
  let sum = 0;
  for (let j = 0; j < MAX_TERMS; j++) {
    const even = poisson * incompleteBeta(j + 0.5, df / 2, x, y);
    const term = even + odd * incompleteBeta(j + 1, df / 2, x, y);
    sum += term;
    // Weights rise until j = δ²/2 and fall ever faster after it.
    if (j > half && even + Math.abs(term) < 1e-17) break;
    poisson *= half / (j + 1);
    odd *= half / (j + 1.5);
  }
  return Math.min(1, Math.max(0, normalCdf(-delta) + sum / 2));
}

/** Φ(z): Marsaglia's Taylor series (J. Stat. Software 11(4), 2004); absolute error about 1e-15. */
export function normalCdf(z: number): number {
  if (z < -8) return 0;
  if (z > 8) return 1;
  let sum = z;
  let term = z;
  for (let k = 3; sum + term !== sum; k += 2) {
    term *= z ** 2 / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(z ** 2) / 2)) / Math.sqrt(2 * Math.PI);
}
