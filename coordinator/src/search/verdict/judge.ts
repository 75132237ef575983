/** When a pair of arms has a verdict, and how many seeds it lacks where it has none. */
import type { Verdict } from './comparison.js';
import type { EffectSize } from './effectSize.js';
import { pairsForPower } from './power.js';
import { smallestP } from './signFlip.js';

/** Family-wise. */
export const ALPHA = 0.05;
export const POWER = 0.8;
/** Fewer cannot reach p ≤ 0.05 by sign flips: 2/2⁵ = 0.0625. */
export const MIN_PAIRS = 6;

/**
 * Pairs at which agreeing signs alone are enough: the smallest n ≥ MIN_PAIRS whose smallest p stays below α after the
 * largest factor that Holm has for this family.
 */
export function decidablePairs(family: number): number {
  let pairs = MIN_PAIRS;
  while (smallestP(pairs) * family > ALPHA) pairs++;
  return pairs;
}

export type Evidence = {
  pairs: number;
  /** Null when it was not tested. */
  adjustedP: number | null;
  /** Mean improvement of the first arm over the second: positive is better, whatever the metric's direction. */
  improvement: number | null;
  effect: EffectSize | null;
  family: number;
};

export function judge({ pairs, adjustedP, improvement, family }: Evidence): Verdict {
  if (pairs < MIN_PAIRS || adjustedP === null || improvement === null) return 'too few seeds';
  if (adjustedP <= ALPHA) return improvement > 0 ? 'better' : 'worse';
  // Nothing these seeds could have shown would have been a verdict: that is not a finding about the arms.
  return pairs < decidablePairs(family) ? 'too few seeds' : 'inconclusive';
}

/**
 * Seeds to add. With too few: until a verdict is possible. When inconclusive: until an effect of the size seen (d_z
 * corrected for bias) is found with 80 % probability by a t-test at α / family, the first hurdle of Holm. The sign-flip
 * test needs about as many (Hoeffding, Ann. Math. Stat. 23, 1952). Null when MAX_PAIRS would not do.
 */
export function moreSeeds(verdict: Verdict, { pairs, effect, family }: Evidence): number | null {
  if (verdict === 'better' || verdict === 'worse') return 0;
  if (verdict === 'too few seeds') return decidablePairs(family) - pairs;
  if (effect === null) return null;
  const wanted = pairsForPower(effect.gz, POWER, ALPHA / family);
  return wanted === null ? null : Math.max(1, wanted - pairs);
}
