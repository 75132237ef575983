'use client';
/** The objective of every trial while it trains: colour is the loss, the best of each loss stands out. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo } from 'react';
import { lossEntries } from '@/components/plots/chartLegend';
import { CurveChart } from '@/components/plots/curveChart';
import type { PlotSeries } from '@/components/plots/series';
import { lossColourVariable } from '@/components/ui/lossMark';
import { metricTitle, metricUnit } from '@/format/metric';
import { type Detail, withDetail } from '@/live/detail';
import { curveKey, type LiveCurve } from '@/live/state';
import { useDetail } from '@/live/useDetail';
import { ParameterList } from './parameterList';

type ObjectiveCurvesProps = {
  metric: string;
  losses: readonly string[];
  trials: readonly TrialSummary[];
  curves: ReadonlyMap<string, LiveCurve>;
  /** Trials whose curves stand out. */
  strong: ReadonlySet<number>;
};

export function ObjectiveCurves({ metric, losses, trials, curves, strong }: ObjectiveCurvesProps) {
  const drawn = useMemo(
    () => trials.filter(({ trialId }) => curves.has(curveKey(trialId, metric))),
    [trials, curves, metric],
  );
  const { detail, onZoom } = useDetail({
    trialIds: drawn.map(({ trialId }) => trialId),
    metrics: [metric],
    epochs: drawn.reduce((sum, { epoch }) => sum + epoch, 0),
  });
  const series = useMemo(
    () =>
      drawn
        .flatMap((trial) => seriesOf(trial, curves.get(curveKey(trial.trialId, metric)), strong, detail))
        .sort((a, b) => Number(a.strong) - Number(b.strong)),
    [drawn, curves, metric, strong, detail],
  );
  return (
    <CurveChart
      title={metricTitle(metric)}
      unit={metricUnit(metric)}
      legendLabel="Losses shown"
      legend={lossEntries(losses)}
      series={series}
      onZoom={onZoom}
      waiting="The first evaluation is on its way."
      note="iterations · drag to zoom, double-click to reset, click a curve to open its trial"
    />
  );
}

function seriesOf(
  trial: TrialSummary,
  curve: LiveCurve | undefined,
  strong: ReadonlySet<number>,
  detail: Detail | null,
): PlotSeries[] {
  if (curve === undefined) return [];
  const loss = trial.config?.loss ?? '';
  const part = detail?.curves.get(curveKey(curve.trialId, curve.metric));
  const { steps, values } = detail === null ? curve : withDetail(curve, part, detail);
  return [
    {
      key: String(trial.trialId),
      legend: loss,
      label: `#${trial.number} ${loss}`,
      detail: (
        <>
          <ParameterList config={trial.config} /> seed {trial.config?.seed}
        </>
      ),
      colour: lossColourVariable(loss),
      strong: strong.has(trial.trialId),
      href: `/trials/${trial.trialId}`,
      steps,
      values,
    },
  ];
}
