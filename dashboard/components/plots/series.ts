/** Curves as a plot takes them, joined on one axis of iterations. */
import type { ReactNode } from 'react';
import type { AlignedData } from 'uplot';

export type PlotSeries = {
  key: string;
  /** Names the curve in the tooltip. */
  label: string;
  /** Second line of the tooltip. */
  detail?: ReactNode;
  /** CSS custom property. */
  colour: string;
  /** Drawn over the others, thicker. */
  strong?: boolean;
  dash?: number[];
  /** Where a click on the curve leads. */
  href?: string;
  steps: readonly number[];
  /** Null: not finite there, the line breaks. */
  values: readonly (number | null)[];
};

/** `undefined` where a curve has no point at another's step: the line goes on there. */
export function alignSeries(series: readonly PlotSeries[]): AlignedData {
  const steps = [...new Set(series.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const columns = series.map((curve) => {
    const values = new Map(curve.steps.map((step, at) => [step, curve.values[at]]));
    return steps.map((step) => values.get(step));
  });
  return [steps, ...columns];
}

export type Hovered = { series: PlotSeries; step: number; value: number };

/** The last point of a curve at or before a step. */
export function pointAt(series: PlotSeries, step: number): { step: number; value: number } | null {
  for (let at = series.steps.length - 1; at >= 0; at--) {
    const known = series.steps[at];
    const value = series.values[at];
    if (known !== undefined && known <= step && typeof value === 'number') return { step: known, value };
  }
  return null;
}
