/**
 * The regularised incomplete beta function Iₓ(a, b): the continued fraction of Abramowitz & Stegun 26.5.8, evaluated
 * from the front by Lentz's method as modified by Thompson & Barnett (J. Comput. Phys. 64, 1986).
 */
import { logGamma } from './logGamma.js';

const EPSILON = 1e-16;
/** Stands for a zero denominator, which the method divides by. */
const TINY = 1e-300;
/** The fraction takes about √max(a, b) terms; this many serve a and b up to a million. */
const MAX_TERMS = 10_000;

/**
 * @param a > 0
 * @param b > 0
 * @param x in [0, 1]
 * @param y 1 − x, given by itself because it may be known where 1 − x would cancel
 * @returns Iₓ(a, b), relative error about 1e-13 for a + b up to 1,000, growing in proportion
 */
export function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`incompleteBeta: a and b must be > 0 (got ${a}, ${b})`);
  if (!(x >= 0 && y >= 0 && Math.abs(x + y - 1) < 1e-9)) {
    throw new RangeError(`incompleteBeta: x and y must be shares that sum to 1 (got ${x}, ${y})`);
  }
  if (x === 0) return 0;
  if (y === 0) return 1;
  // Where the fraction converges fast; elsewhere the mirrored one does: Iₓ(a, b) = 1 − I₁₋ₓ(b, a), 26.5.2.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, y, x);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * logShare(x, y) + b * logShare(y, x),
  );
  return (front / a) * fraction(a, b, x);
}

/** ln x, from its complement where x is near 1. */
function logShare(x: number, complement: number): number {
  return x > 0.5 ? Math.log1p(-complement) : Math.log(x);
}

/** 1 / (1 + d₁/(1 + d₂/(1 + …))). */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const before = value;
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / nonZero(1 + term * d);
      c = nonZero(1 + term / c);
      value *= c * d;
    }
    if (Math.abs(value - before) <= EPSILON * Math.abs(value)) return value;
  }
  throw new RangeError(`incompleteBeta: no convergence for a ${a}, b ${b}, x ${x}`);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
