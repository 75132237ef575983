'use client';
/** All curves of a trial, those that share a unit in one plot. */
import { useMemo } from 'react';
import { CurvePlot } from '@/components/plots/curvePlot';
import type { PlotSeries } from '@/components/plots/series';
import { Card } from '@/components/ui/card';
import { lossColourVariable } from '@/components/ui/lossMark';
import { measureTitle, metricTitle, metricUnit } from '@/format/metric';
import type { LiveCurve } from '@/live/state';
import { groupCurves } from './groupCurves';

type TrialCurvesProps = { curves: readonly LiveCurve[]; loss: string; objective: string };

/** First is solid; one trial has one loss, so lines of a plot differ by dash, not by colour. */
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

export function TrialCurves({ curves, loss, objective }: TrialCurvesProps) {
  const groups = useMemo(() => groupCurves(curves, objective), [curves, objective]);
  if (groups.length === 0) {
    return (
      <Card title="Curves">
        <p className="py-8 text-center text-muted text-sm">
          Curves appear with the first evaluation of the running attempt.
        </p>
      </Card>
    );
  }
  return (
    <div className="grid gap-4 lg:grid-cols-2 lg:[&>:last-child:nth-child(odd)]:col-span-2">
      {groups.map((group) => (
        <Group key={group.title} title={group.title} curves={group.curves} loss={loss} />
      ))}
    </div>
  );
}

function Group({ title, curves, loss }: { title: string; curves: LiveCurve[]; loss: string }) {
  const colour = lossColourVariable(loss);
  const series = useMemo(
    () =>
      curves.map(
        (curve, at): PlotSeries => ({
          key: curve.metric,
          label: metricTitle(curve.metric),
          colour,
          strong: at === 0,
          dash: DASHES[at % DASHES.length],
          steps: curve.steps,
          values: curve.values,
        }),
      ),
    [curves, colour],
  );
  return (
    <Card
      title={
        <>
          {title}{' '}
          <span className="font-normal text-muted text-sm">· {metricUnit(curves[0]?.metric ?? '')}</span>
        </>
      }
      actions={<DashLegend curves={curves} colour={colour} />}
    >
      <CurvePlot label={`${title} over iterations`} series={series} height={220} />
    </Card>
  );
}

/** The part is said only where it tells lines apart. */
function distinct(metric: string, curves: readonly LiveCurve[]): string {
  const parts = new Set(curves.map((curve) => curve.metric.split('/')[0]));
  return parts.size > 1 ? metricTitle(metric) : measureTitle(metric.split('/')[1] ?? metric);
}

function DashLegend({ curves, colour }: { curves: readonly LiveCurve[]; colour: string }) {
  if (curves.length < 2) return null;
  return (
    <ul className="flex flex-wrap gap-x-3 text-muted text-xs">
      {curves.map(({ metric }, at) => (
        <li key={metric} className="flex items-center gap-1.5">
          <svg aria-hidden="true" width="22" height="6">
            <line
              x1="0"
              y1="3"
              x2="22"
              y2="3"
              strokeWidth={at === 0 ? 2.4 : 1.4}
              strokeDasharray={DASHES[at % DASHES.length]?.join(' ')}
              style={{ stroke: `var(${colour})` }}
            />
          </svg>
          {distinct(metric, curves)}
        </li>
      ))}
    </ul>
  );
}
