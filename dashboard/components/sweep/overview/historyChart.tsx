'use client';
/** Best so far of each loss, with every trial as a point. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo, useState } from 'react';
import type { PlotAxis } from '@/components/plots/axis';
import { CurveChart } from '@/components/plots/curveChart';
import { Segmented } from '@/components/ui/segmented';
import { metricTitle } from '@/format/metric';
import { formatCount } from '@/format/number';
import { formatDuration } from '@/format/time';
import { useThrottled } from '@/live/useThrottled';
import { type HistoryAxis, historyOf } from './history';

const DRAWN_EVERY_MS = 1_000;

const AXES = {
  trial: {
    title: 'trial number',
    format: (number) => (Number.isInteger(number) ? `#${formatCount(number)}` : ''),
    say: (number) => `up to trial #${formatCount(number)}`,
  },
  time: {
    title: 'minutes since the sweep began',
    format: (minutes) => formatDuration(60_000 * minutes),
    say: (minutes) => `after ${formatDuration(60_000 * minutes)}`,
  },
} as const satisfies Record<HistoryAxis, PlotAxis>;

const OPTIONS = [
  { value: 'trial', label: 'By trial' },
  { value: 'time', label: 'By time' },
] as const;

type HistoryChartProps = { sweep: SweepSummary; trials: readonly TrialSummary[]; metric: string };

export function HistoryChart({ sweep, trials, metric }: HistoryChartProps) {
  const [axis, setAxis] = useState<HistoryAxis>('trial');
  const { losses, maximize, createdMs } = sweep;
  // Every trial is a point: not drawn anew with each of their values.
  const shown = useThrottled(trials, DRAWN_EVERY_MS);
  const { series, legend } = useMemo(
    () => historyOf({ trials: shown, losses, maximize, axis, createdMs }),
    [shown, losses, maximize, axis, createdMs],
  );
  return (
    <CurveChart
      title="History"
      unit={`${metricTitle(metric)}, best so far`}
      legendLabel="Losses and states shown"
      series={series}
      legend={legend}
      axis={AXES[axis]}
      height={260}
      waiting="The first trial has no value yet."
      controls={<Segmented label="Axis of the history" options={OPTIONS} value={axis} onChange={setAxis} />}
      note={`${AXES[axis].title} · lines: best of each loss · points: trials, click to open`}
    />
  );
}
