/** The paired t-test (Student, Biometrika 6, 1908) of two arms that ran on the same seeds. */
import { spreadOf } from '../spread.js';
import { tQuantile, tTwoSided } from './studentT.js';

export const CONFIDENCE = 0.95;

export type Interval = { low: number; high: number };

/** The differences are first − second. What they leave undefined is null. */
export type PairedT = {
  n: number;
  mean: number;
  /** Of the differences, n − 1 below; null for one pair; 0 when they are equal up to rounding. */
  sd: number | null;
  /** Null, like all below, for fewer than two pairs and for differences that do not vary. */
  df: number | null;
  t: number | null;
  /** Two-sided. */
  p: number | null;
  /** Of the mean difference, at CONFIDENCE. */
  interval: Interval | null;
};

/**
 * @param first one value a pair, in the order of `second`
 * @throws RangeError for unequal lengths, no pair, and values that are not finite
 */
export function pairedT(first: readonly number[], second: readonly number[]): PairedT {
  const differences = differencesOf(first, second);
  const { mean, sd, n } = spreadOf(differences) as NonNullable<ReturnType<typeof spreadOf>>;
  const undecided = { n, mean, df: null, t: null, p: null, interval: null };
  if (sd === null) return { ...undecided, sd };
  if (sd <= roundingOf(first, second)) return { ...undecided, sd: 0 };
  const df = n - 1;
  const error = sd / Math.sqrt(n);
  const margin = tQuantile((1 + CONFIDENCE) / 2, df) * error;
  const t = mean / error;
  return { n, mean, sd, df, t, p: tTwoSided(t, df), interval: { low: mean - margin, high: mean + margin } };
}

/** first − second, pair by pair. @throws as pairedT */
export function differencesOf(first: readonly number[], second: readonly number[]): number[] {
  if (first.length !== second.length || first.length === 0)
    throw new RangeError(
      `pairs need as many values on both sides (got ${first.length} and ${second.length})`,
    );
  return first.map((value, at) => {
    const difference = value - (second[at] as number);
    if (!Number.isFinite(difference)) throw new RangeError(`pair ${at + 1} has a value that is not finite`);
    return difference;
  });
}

/** What spread differences of equal size may show by rounding alone; R's t.test draws its line there too. */
function roundingOf(first: readonly number[], second: readonly number[]): number {
  const largest = [...first, ...second].reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return 10 * Number.EPSILON * largest;
}
