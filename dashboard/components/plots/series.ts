/** Curves as a plot takes them, joined on one axis. Pure. */
import type { ReactNode } from 'react';
import type { AlignedData } from 'uplot';
import type { ChartTable } from './chartTable';

export type PlotSeries = {
  key: string;
  /** Key of the legend's entry that switches it; absent: it has none of its own. */
  legend?: string;
  /** Names the curve in the tooltip. */
  label: string;
  /** Second line of the tooltip. */
  detail?: ReactNode;
  /** CSS custom property. */
  colour: string;
  /** Drawn over the others, thicker. */
  strong?: boolean;
  dash?: number[];
  /** Not a curve but an edge of the band around the curve of this key: filled between, named nowhere. */
  edge?: { of: string; side: 'low' | 'high' };
  /** Each value holds until the next one. */
  stepped?: boolean;
  /** Points without a line; hollow ones have the surface inside. */
  dots?: 'full' | 'hollow';
  /** Where a click on the curve leads. */
  href?: string;
  /** Of single points, instead of `href` and `detail`. */
  hrefs?: readonly string[];
  details?: readonly string[];
  /** Ascending; iterations, or what the plot's axis says. */
  steps: readonly number[];
  /** Null: not finite there, the line breaks. */
  values: readonly (number | null)[];
};

/**
 * `undefined` where a curve has no point at another's step: the line goes on there.
 * @param extent places that the axis reaches to, whatever the curves have
 */
export function alignSeries(series: readonly PlotSeries[], extent: readonly number[] = []): AlignedData {
  const own = unionOf(series);
  const isInside = extent.every((at) => (own[0] ?? at + 1) <= at && at <= (own.at(-1) ?? at - 1));
  const steps = isInside ? own : [...new Set([...own, ...extent])].sort((a, b) => a - b);
  return [steps, ...series.map((curve) => onGrid(curve, steps))];
}

function unionOf(series: readonly PlotSeries[]): number[] {
  const [first] = series;
  if (first === undefined) return [];
  // Trials of a sweep are validated at the same iterations: mostly there is nothing to join.
  const same = series.every(
    ({ steps }) => steps.length === first.steps.length && steps.every((step, at) => step === first.steps[at]),
  );
  if (same) return [...first.steps];
  return [...new Set(series.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
}

/** A walk along both, for there may be 200 curves at 4 frames a second. */
function onGrid({ steps: own, values }: PlotSeries, steps: readonly number[]): (number | null | undefined)[] {
  let at = 0;
  return steps.map((step) => {
    while (at < own.length && (own[at] ?? 0) < step) at++;
    return own[at] === step ? values[at] : undefined;
  });
}

/** `at`: place of the point in its series. */
export type Hovered = { series: PlotSeries; step: number; value: number; at: number };

/** The last finite point of a curve at or before a step. */
export function pointAt(
  series: PlotSeries,
  step: number,
): { step: number; value: number; at: number } | null {
  let low = 0;
  let high = series.steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series.steps[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0; at--) {
    const known = series.steps[at];
    const value = series.values[at];
    if (known !== undefined && typeof value === 'number') return { step: known, value, at };
  }
  return null;
}

/** All points, one a row. @param x name of the first axis */
export function pointsTable(series: readonly PlotSeries[], x: string): ChartTable {
  const rows = series.flatMap(({ label, steps, values }) =>
    steps.map((step, at) => [label, step, values[at] ?? null]),
  );
  return { columns: ['series', x, 'value'], rows };
}

/** A row a curve: where it ends and between what it lies. Beyond `most` curves the strong ones come first. */
export function curvesDigest(series: readonly PlotSeries[], most = 20): ChartTable {
  const named = series.filter(({ edge }) => edge === undefined);
  const shown = named.sort((a, b) => Number(b.strong ?? false) - Number(a.strong ?? false));
  const rows = shown.slice(0, most).flatMap((curve) => {
    const last = pointAt(curve, Number.POSITIVE_INFINITY);
    if (last === null) return [];
    const finite = curve.values.filter((value) => value !== null);
    const [low, high] = finite.reduce(
      ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
    return [[curve.label, last.step, round(last.value), round(low), round(high)]];
  });
  return { columns: ['series', 'last at', 'last value', 'lowest', 'highest'], rows };
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
