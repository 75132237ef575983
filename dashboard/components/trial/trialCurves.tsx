'use client';
/** All curves of a trial, those that share a unit in one chart; what older attempts lost is grey. */
import { useMemo } from 'react';
import { CurveChart } from '@/components/plots/curveChart';
import type { PlotSeries } from '@/components/plots/series';
import { Card } from '@/components/ui/card';
import { lossColourVariable } from '@/components/ui/lossMark';
import { measureTitle, metricTitle, metricUnit } from '@/format/metric';
import { formatCount } from '@/format/number';
import type { TrialSnapshot } from '@/live/snapshot';
import type { LiveCurve } from '@/live/state';
import { groupCurves } from './groupCurves';

type Superseded = TrialSnapshot['superseded'];

type TrialCurvesProps = {
  curves: readonly LiveCurve[];
  superseded: Superseded;
  gaps: TrialSnapshot['gaps'];
  loss: string;
  objective: string;
};

/** First is solid; one trial has one loss, so lines of a plot differ by dash, not by colour. */
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
/** Key of the legend's entry for what no longer counts. */
const SUPERSEDED = 'superseded';

export function TrialCurves({ curves, superseded, gaps, loss, objective }: TrialCurvesProps) {
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
    <>
      <Gaps gaps={gaps} />
      <div className="grid gap-4 lg:grid-cols-2 lg:[&>:last-child:nth-child(odd)]:col-span-2">
        {groups.map((group) => (
          <Group key={group.title} {...group} superseded={superseded} loss={loss} />
        ))}
      </div>
    </>
  );
}

type GroupProps = { title: string; curves: LiveCurve[]; superseded: Superseded; loss: string };

function Group({ title, curves, superseded, loss }: GroupProps) {
  const colour = lossColourVariable(loss);
  const series = useMemo(() => {
    const current = curves.map(
      (curve, at): PlotSeries => ({
        key: curve.metric,
        legend: curve.metric,
        label: metricTitle(curve.metric),
        colour,
        strong: at === 0,
        dash: DASHES[at % DASHES.length],
        steps: curve.steps,
        values: curve.values,
      }),
    );
    return [...superseded.flatMap((curve) => greyed(curve, curves)), ...current];
  }, [curves, superseded, colour]);
  const metrics = curves.map(({ metric }, at) => ({
    key: metric,
    label: distinct(metric, curves),
    colour,
    dash: DASHES[at % DASHES.length],
  }));
  const hasOld = series.some(({ legend }) => legend === SUPERSEDED);
  const legend = [
    ...(metrics.length > 1 || hasOld ? metrics : []),
    ...(hasOld ? [{ key: SUPERSEDED, label: 'superseded attempts', colour: '--muted', dash: [3, 3] }] : []),
  ];
  return (
    <CurveChart
      title={title}
      unit={metricUnit(curves[0]?.metric ?? '')}
      series={series}
      legend={legend}
      height={220}
    />
  );
}

function greyed(curve: Superseded[number], curves: readonly LiveCurve[]): PlotSeries[] {
  if (!curves.some(({ metric }) => metric === curve.metric)) return [];
  return [
    {
      key: `${curve.metric} of attempt ${curve.epoch}`,
      legend: SUPERSEDED,
      label: `${metricTitle(curve.metric)}, attempt ${curve.epoch}, superseded`,
      colour: '--muted',
      dash: [3, 3],
      steps: curve.steps,
      values: curve.values,
    },
  ];
}

/** The part is said only where it tells lines apart. */
function distinct(metric: string, curves: readonly LiveCurve[]): string {
  const parts = new Set(curves.map((curve) => curve.metric.split('/')[0]));
  return parts.size > 1 ? metricTitle(metric) : measureTitle(metric.split('/')[1] ?? metric);
}

function Gaps({ gaps }: { gaps: TrialSnapshot['gaps'] }) {
  const [first] = gaps;
  const last = gaps.at(-1);
  if (first === undefined || last === undefined) return null;
  const points = gaps.reduce((sum, gap) => sum + gap.points, 0);
  return (
    <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
      {formatCount(points)} points between iterations {formatCount(first.step)} and {formatCount(last.step)}{' '}
      are missing: the worker’s disk allowance was used up. The curve of the objective is whole.
    </p>
  );
}
