'use client';
/** The objective of every trial while it trains: colour is the loss, the best of each loss stands out. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import clsx from 'clsx';
import { useMemo, useState } from 'react';
import { CurvePlot } from '@/components/plots/curvePlot';
import type { PlotSeries } from '@/components/plots/series';
import { Card } from '@/components/ui/card';
import { LossMark, lossColourVariable } from '@/components/ui/lossMark';
import { metricTitle, metricUnit } from '@/format/metric';
import { curveKey, type LiveCurve } from '@/live/state';
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
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const series = useMemo(
    () =>
      trials
        .filter((trial) => !hidden.includes(trial.config?.loss ?? ''))
        .flatMap((trial) => seriesOf(trial, curves.get(curveKey(trial.trialId, metric)), strong))
        .sort((a, b) => Number(a.strong) - Number(b.strong)),
    [trials, curves, metric, strong, hidden],
  );
  const toggle = (loss: string) =>
    setHidden((before) => (before.includes(loss) ? before.filter((l) => l !== loss) : [...before, loss]));
  return (
    <Card
      title={
        <>
          {metricTitle(metric)} <span className="font-normal text-muted text-sm">· {metricUnit(metric)}</span>
        </>
      }
      actions={<Legend losses={losses} hidden={hidden} onToggle={toggle} />}
    >
      <CurvePlot
        label={`${metricTitle(metric)} over iterations, one curve a trial`}
        series={series}
        empty={
          hidden.length === losses.length ? 'All losses are hidden.' : 'The first evaluation is on its way.'
        }
      />
      <p className="mt-1 text-center text-muted text-xs">
        iterations · drag to zoom, double-click to reset, click a curve to open its trial
      </p>
    </Card>
  );
}

function seriesOf(
  trial: TrialSummary,
  curve: LiveCurve | undefined,
  strong: ReadonlySet<number>,
): PlotSeries[] {
  if (curve === undefined) return [];
  const loss = trial.config?.loss ?? '';
  return [
    {
      key: String(trial.trialId),
      label: `#${trial.number} ${loss}`,
      detail: (
        <>
          <ParameterList config={trial.config} /> seed {trial.config?.seed}
        </>
      ),
      colour: lossColourVariable(loss),
      strong: strong.has(trial.trialId),
      href: `/trials/${trial.trialId}`,
      steps: curve.steps,
      values: curve.values,
    },
  ];
}

type LegendProps = { losses: readonly string[]; hidden: readonly string[]; onToggle: (loss: string) => void };

function Legend({ losses, hidden, onToggle }: LegendProps) {
  return (
    <fieldset aria-label="Losses shown" className="flex flex-wrap gap-1">
      {losses.map((loss) => {
        const isOn = !hidden.includes(loss);
        return (
          <button
            key={loss}
            type="button"
            aria-pressed={isOn}
            onClick={() => onToggle(loss)}
            className={clsx(
              'flex items-center gap-1.5 rounded-md px-2 py-0.5 text-sm hover:bg-sunken',
              !isOn && 'text-muted line-through opacity-70',
            )}
          >
            <LossMark loss={loss} />
            {loss}
          </button>
        );
      })}
    </fieldset>
  );
}
