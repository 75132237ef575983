/** Student's t distribution (Student, Biometrika 6, 1908): tails by the incomplete beta, quantiles by safeguarded Newton. */
import { incompleteBeta } from './incompleteBeta.js';
import { logGamma } from './logGamma.js';

/** P(|T| ≥ |t|) with `df` > 0 degrees of freedom; Abramowitz & Stegun 26.7.1. Relative error below 1e-12 up to df 1,000. */
export function tTwoSided(t: number, df: number): number {
  check(t, df);
  if (!Number.isFinite(t)) return 0;
  // Both from t²/df, so that neither tail loses digits to the other.
  const ratio = t ** 2 / df;
  return incompleteBeta(df / 2, 0.5, 1 / (1 + ratio), ratio / (1 + ratio));
}

/** P(T ≤ t). */
export function tCdf(t: number, df: number): number {
  const tail = tTwoSided(t, df) / 2;
  return t < 0 ? tail : 1 - tail;
}

/**
 * The t with P(T ≤ t) = p.
 * @param p in (0, 1), both excluded
 */
export function tQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`tQuantile: p must be in (0, 1) (got ${p})`);
  check(0, df);
  if (p === 0.5) return 0;
  const distance = upperQuantile(Math.min(p, 1 - p), df);
  return p < 0.5 ? -distance : distance;
}

/** The t > 0 with P(T ≥ t) = tail < 1/2: Newton's steps on the tail, halving the bracket where they leave it. */
function upperQuantile(tail: number, df: number): number {
  let low = 0;
  let high = 1;
  while (tTwoSided(high, df) / 2 > tail) [low, high] = [high, 2 * high];
  let t = (low + high) / 2;
  for (let step = 0; step < 200; step++) {
    const excess = tTwoSided(t, df) / 2 - tail;
    if (excess > 0) low = t;
    else high = t;
    const newton = t + excess / density(t, df);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - t) <= 1e-15 * next) return next;
    t = next;
  }
  return t;
}

/** Abramowitz & Stegun 26.7.2's integrand. */
function density(t: number, df: number): number {
  const scale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  return Math.exp(scale - ((df + 1) / 2) * Math.log1p(t ** 2 / df));
}

function check(t: number, df: number): void {
  if (Number.isNaN(t)) throw new RangeError('t is not a number');
  if (!(df > 0) || !Number.isFinite(df)) throw new RangeError(`degrees of freedom must be > 0 (got ${df})`);
}
