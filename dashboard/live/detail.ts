/** A zoomed part of a curve in full, on top of the thinned whole. Pure. */
import type { SnapshotCurve } from './snapshot';

export type Detail = {
  from: number;
  to: number;
  /** By curveKey; a curve without points there is absent. */
  curves: ReadonlyMap<string, SnapshotCurve>;
};

type Line = Pick<SnapshotCurve, 'steps' | 'values'>;

/**
 * Inside the part what was fetched, outside it the whole as it was. Points of the part that came live after the fetch
 * stay: they lie behind the last one that was fetched.
 */
export function withDetail(
  whole: Line,
  part: Line | undefined,
  { from, to }: Pick<Detail, 'from' | 'to'>,
): Line {
  const last = part?.steps.at(-1);
  if (part === undefined || last === undefined) return whole;
  const keep = (test: (step: number) => boolean): Line => ({
    steps: whole.steps.filter(test),
    values: whole.values.filter((_, at) => test(whole.steps[at] ?? Number.NaN)),
  });
  const before = keep((step) => step < from);
  const after = keep((step) => step > Math.min(last, to));
  return {
    steps: [...before.steps, ...part.steps, ...after.steps],
    values: [...before.values, ...part.values, ...after.values],
  };
}
