/** Thins a curve for the screen without losing its spikes. */

export type Series = { steps: readonly number[]; values: readonly (number | null)[] };

/**
 * At most `maxPoints` (>= 4) points: first, last, and of each bucket of steps its minimum and maximum, in order.
 * A bucket without any finite value keeps its first point, so that the hole stays visible.
 */
export function downsample(
  { steps, values }: Series,
  maxPoints: number,
): { steps: number[]; values: number[] } {
  const kept = steps.length <= maxPoints ? [...steps.keys()] : extremes(values, maxPoints);
  return {
    steps: kept.map((at) => steps[at] as number),
    values: kept.map((at) => values[at] ?? Number.NaN),
  };
}

function extremes(values: readonly (number | null)[], maxPoints: number): number[] {
  const last = values.length - 1;
  const buckets = Math.max(1, Math.floor((maxPoints - 2) / 2));
  const kept = new Set([0]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (last - 1)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (last - 1)) / buckets);
    let low = from;
    let high = from;
    for (let at = from; at < to; at++) {
      const value = values[at] ?? null;
      if (value === null) continue;
      if ((values[low] ?? Number.POSITIVE_INFINITY) > value) low = at;
      if ((values[high] ?? Number.NEGATIVE_INFINITY) < value) high = at;
    }
    kept.add(low).add(high);
  }
  return [...kept.add(last)].sort((a, b) => a - b);
}
