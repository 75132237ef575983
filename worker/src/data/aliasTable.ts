/** Draws an index by weight in constant time: Walker's alias method, tables by Vose's construction. */
import type { Rng } from './rng.js';

export type AliasTable = {
  /** (N): how much of its column index i keeps for itself, 0 to 1; the rest is its alias's. */
  keep: Float64Array;
  /** (N) */
  alias: Uint32Array;
};

/** @param weights (N), none negative, not all 0 */
export function aliasTable(weights: Float64Array): AliasTable {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const keep = weights.map((weight) => (weight * count) / total);
  const alias = Uint32Array.from(keep, (_, index) => index);
  const small: number[] = [];
  const large: number[] = [];
  keep.forEach((share, index) => {
    (share < 1 ? small : large).push(index);
  });
  while (small.length > 0 && large.length > 0) {
    const less = small.pop() as number;
    const more = large.at(-1) as number;
    alias[less] = more;
    const left = (keep[more] as number) - (1 - (keep[less] as number));
    keep[more] = left;
    if (left < 1) small.push(large.pop() as number);
  }
  // Rounding leaves a few whose share is 1 but for its last bits.
  for (const index of [...small, ...large]) keep[index] = 1;
  return { keep, alias };
}

/** One random number gives both the column and, by what is left of it, the choice within. */
export function drawAlias({ keep, alias }: AliasTable, rng: Rng): number {
  const place = rng.uniform() * keep.length;
  const index = Math.floor(place);
  return place - index < (keep[index] as number) ? index : (alias[index] as number);
}
