/** How many pairs a paired t-test needs: its exact power under normal differences (Cohen 1988, ch. 2; as G*Power does). */
import { MAX_NONCENTRALITY, noncentralTwoSided } from './noncentralT.js';
import { tQuantile } from './studentT.js';

/** Who needs more has no effect to speak of. */
export const MAX_PAIRS = 10_000;

/**
 * Probability that the two-sided test at `alpha` rejects.
 * @param effect d_z, the true mean difference in units of the differences' standard deviation
 * @param pairs ≥ 2
 */
export function pairedPower(effect: number, pairs: number, alpha: number): number {
  const df = pairs - 1;
  const critical = tQuantile(1 - alpha / 2, df);
  // Power grows with δ, so beyond the series' reach its end gives a lower bound.
  const delta = Math.min(Math.abs(effect) * Math.sqrt(pairs), MAX_NONCENTRALITY);
  return noncentralTwoSided(critical, df, delta);
}

/** The fewest pairs with at least this power; null when MAX_PAIRS do not suffice. */
export function pairsForPower(effect: number, power: number, alpha: number): number | null {
  if (!Number.isFinite(effect)) throw new RangeError(`pairsForPower: the effect is ${effect}`);
  const suffices = (pairs: number) => pairedPower(effect, pairs, alpha) >= power;
  let [low, high] = [1, 2];
  while (!suffices(high)) {
    if (high === MAX_PAIRS) return null;
    [low, high] = [high, Math.min(2 * high, MAX_PAIRS)];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}
