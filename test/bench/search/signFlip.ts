/** Whether paired differences could be chance: the sign-flip test of their mean. */
import { keyOf, philox } from '@adt/coordinator/search/philox';

const FLIPS = 20_000;

/**
 * Two-sided p-value by random sign flips (Fisher's randomization test; all of them for 30 pairs would be 10^9): the
 * share of flips whose mean is as far from 0 as the observed one, which counts as a flip itself.
 * @returns 1 when all differences are 0
 */
export function signFlipP(differences: readonly number[], seed = 1): number {
  const key = keyOf('sign flips', seed);
  const observed = Math.abs(sum(differences));
  // Sums in another order may differ in the last digits.
  const slack = 1e-12 * differences.reduce((total, value) => total + Math.abs(value), 0);
  let asFar = 1;
  for (let flip = 0; flip < FLIPS; flip++) {
    let word = 0;
    const flipped = differences.map((value, index) => {
      // A bit a difference, a word for 32 of them.
      if ((index & 31) === 0) word = philox([flip, index >>> 5, 0, 0], key)[0];
      return (word >>> (index & 31)) & 1 ? value : -value;
    });
    if (Math.abs(sum(flipped)) >= observed - slack) asFar += 1;
  }
  return asFar / (FLIPS + 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
