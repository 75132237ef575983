/** Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979): the family's chance of one false verdict stays below α. */

/**
 * Adjusted p values in the order of the given: reject where they are ≤ α. The k-th smallest of m is multiplied by
 * m − k + 1, none falls below a smaller one's, none exceeds 1; equal p values come out equal.
 * @throws RangeError for anything but numbers in [0, 1]
 */
export function holm(pValues: readonly number[]): number[] {
  const family = pValues.length;
  const adjusted = new Array<number>(family).fill(0);
  const ascending = pValues.map((p, at) => ({ p, at })).sort((a, b) => a.p - b.p);
  let largest = 0;
  for (const [rank, { p, at }] of ascending.entries()) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`holm: p must be in [0, 1] (got ${p})`);
    largest = Math.max(largest, Math.min(1, (family - rank) * p));
    adjusted[at] = largest;
  }
  return adjusted;
}
