/**
 * The sign-flip test of a mean of paired differences (Fisher, The Design of Experiments, 1935, §21). Where arms do not
 * differ, each difference is as likely with either sign; p is the share of all sign assignments whose mean is at least
 * as far from zero as the observed one. No distribution is assumed.
 */
import { type Key, keyOf, philox } from '../philox.js';

/** Up to here all 2ⁿ assignments count, two halves of 2¹⁶ at most; beyond, SAMPLES of them. */
export const EXACT_PAIRS = 32;
export const SAMPLES = 99_999;

/** Sums nearer than this share of Σ|d| are ties: rounding must not make an equal assignment a smaller one. */
const TIE = 1e-10;

export type SignFlip = {
  /** Two-sided. */
  p: number;
  /** sampled: p is (b + 1) / (count + 1), which never claims more than was seen (Phipson & Smyth, SAGMB 9, 2010). */
  method: 'exact' | 'sampled';
  /** Assignments behind p: 2ⁿ, or those drawn. */
  count: number;
};

/** The smallest p that n pairs can reach: all differences of one sign. */
export function smallestP(pairs: number): number {
  return 2 ** (1 - pairs);
}

/**
 * @param differences at least one, finite; zeros stay in, as they change no share
 * @param seed of the drawn assignments; the exact test has no chance in it
 */
export function signFlipTest(differences: readonly number[], seed = 1): SignFlip {
  if (differences.length === 0 || !differences.every(Number.isFinite))
    throw new RangeError('the sign-flip test needs finite differences');
  // By size: neither the order of seeds nor which arm comes first moves the last bit.
  const sizes = differences.map(Math.abs).sort((a, b) => a - b);
  const observed = Math.abs(inOrderOfSize(differences).reduce((sum, difference) => sum + difference, 0));
  const threshold = observed - TIE * sizes.reduce((sum, size) => sum + size, 0);
  return sizes.length <= EXACT_PAIRS ? exact(sizes, threshold) : sampled(sizes, threshold, seed);
}

function inOrderOfSize(differences: readonly number[]): number[] {
  return [...differences].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
}

/**
 * Counts all assignments without visiting each: an assignment is a sum of the left half plus one of the right (Horowitz
 * & Sahni, J. ACM 21, 1974), so 2 · 2^(n/2) sorted sums and one walk over them do.
 */
function exact(sizes: readonly number[], threshold: number): SignFlip {
  const count = 2 ** sizes.length;
  if (threshold <= 0) return { p: 1, method: 'exact', count };
  const half = sizes.length >> 1;
  const left = signedSums(sizes.slice(0, half));
  const right = signedSums(sizes.slice(half));
  let reaching = 0;
  let from = right.length;
  // As left sums grow, ever smaller right ones reach the threshold.
  for (const sum of left) {
    while (from > 0 && sum + (right[from - 1] as number) >= threshold) from--;
    reaching += right.length - from;
  }
  // The other tail mirrors this one.
  return { p: (2 * reaching) / count, method: 'exact', count };
}

/** All 2ⁿ sums of ±size, ascending. */
function signedSums(sizes: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** sizes.length);
  let filled = 1;
  for (const size of sizes) {
    for (let at = 0; at < filled; at++) {
      const sum = sums[at] as number;
      sums[at] = sum + size;
      sums[filled + at] = sum - size;
    }
    filled *= 2;
  }
  return sums.sort();
}

function sampled(sizes: readonly number[], threshold: number, seed: number): SignFlip {
  const key = keyOf('sign-flip', seed);
  let reaching = 0;
  for (let draw = 0; draw < SAMPLES; draw++) {
    if (Math.abs(drawnSum(sizes, key, draw)) >= threshold) reaching++;
  }
  return { p: (reaching + 1) / (SAMPLES + 1), method: 'sampled', count: SAMPLES };
}

/** One bit a sign, 128 of them a Philox block. */
function drawnSum(sizes: readonly number[], key: Key, draw: number): number {
  let sum = 0;
  for (let start = 0; start < sizes.length; start += 128) {
    const words = philox([draw, start, 0, 0], key);
    for (let bit = 0; bit < 128 && start + bit < sizes.length; bit++) {
      const negative = ((words[bit >> 5] as number) >>> (bit & 31)) & 1;
      const size = sizes[start + bit] as number;
      sum += negative === 1 ? -size : size;
    }
  }
  return sum;
}
