'use client';
/** A chart of curves, complete: frame, legend, plot, export. */
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { ITERATIONS, type PlotAxis } from './axis';
import { ChartFrame } from './chartFrame';
import { type LegendEntry, useHidden } from './chartLegend';
import { CurvePlot } from './curvePlot';
import { curvesDrawing } from './curvesDrawing';
import type { PlotRange } from './plotOptions';
import { curvesDigest, type PlotSeries, pointsTable } from './series';

export type CurveChartProps = {
  title: string;
  unit: string;
  series: readonly PlotSeries[];
  /** Entries that switch the series whose `legend` is their key. */
  legend?: readonly LegendEntry[];
  /** Of the legend, for screen readers. */
  legendLabel?: string;
  axis?: PlotAxis;
  height?: number;
  /** Plots of one name share crosshair and zoom. */
  sync?: string;
  onZoom?: (range: PlotRange) => void;
  controls?: ReactNode;
  note?: ReactNode;
  /** While points are still to come. */
  waiting?: string;
  /** Why there can be no curve at all, and what to do about it. */
  empty?: ReactNode;
  className?: string;
};

export function CurveChart(props: CurveChartProps) {
  const { title, unit, series, legend = [], axis = ITERATIONS, height, sync, onZoom } = props;
  const { hidden, onToggle } = useHidden();
  const [range, setRange] = useState<PlotRange>(null);
  const shown = useMemo(
    () => series.filter((curve) => curve.legend === undefined || !hidden.includes(curve.legend)),
    [series, hidden],
  );
  // The words may come a moment later than the picture.
  const told = useDeferredValue(shown);
  const digest = useMemo(() => curvesDigest(told), [told]);
  const allHidden = legend.length > 0 && hidden.length === legend.length;
  return (
    <ChartFrame
      className={props.className}
      title={title}
      unit={unit}
      legend={{ label: props.legendLabel ?? `Shown in ${title}`, entries: legend, hidden, onToggle }}
      summary={`${title}, ${unit}, over ${axis.title}: ${shown.length} series.`}
      digest={digest}
      table={() => pointsTable(shown, axis.title)}
      draw={(colourOf) => curvesDrawing({ series: shown, axis, range, colourOf })}
      controls={props.controls}
      note={props.note}
      empty={props.empty}
    >
      <CurvePlot
        label={`${title} over ${axis.title}`}
        series={shown}
        axis={axis}
        height={height}
        sync={sync}
        empty={allHidden ? 'All of it is hidden: switch something on in the legend.' : props.waiting}
        onZoom={(next) => {
          setRange(next);
          onZoom?.(next);
        }}
      />
    </ChartFrame>
  );
}
