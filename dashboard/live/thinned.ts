/** Keeps a curve that grows for days within what a plot can show. Pure. */
import type { SnapshotCurve } from './snapshot';

type Line = Pick<SnapshotCurve, 'steps' | 'values'>;

/**
 * A line of more than `most` points (at least 6) keeps its ends and, of each bucket, the lowest and the highest, as the
 * server does; a bucket without a finite value keeps its first point, so that a hole stays visible. About half of
 * `most` are kept, so that it is not thinned with every point.
 */
export function thinned(line: Line, most: number): Line {
  const { steps, values } = line;
  if (steps.length <= most) return line;
  const last = steps.length - 1;
  const buckets = Math.max(1, Math.floor((most / 2 - 2) / 2));
  const kept = new Set([0]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (last - 1)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (last - 1)) / buckets);
    for (const at of extremesOf(values, from, to)) kept.add(at);
  }
  const places = [...kept.add(last)].sort((a, b) => a - b);
  return {
    steps: places.map((at) => steps[at] ?? 0),
    values: places.map((at) => values[at] ?? null),
  };
}

/** Places of the lowest and the highest in [from, to); the first where none is finite. */
function extremesOf(values: Line['values'], from: number, to: number): number[] {
  let [low, high] = [-1, -1];
  for (let at = from; at < to; at++) {
    const value = values[at];
    if (typeof value !== 'number') continue;
    if (low === -1 || value < (values[low] ?? 0)) low = at;
    if (high === -1 || value > (values[high] ?? 0)) high = at;
  }
  return low === -1 ? [from] : [low, high];
}
