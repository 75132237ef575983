'use client';
/** Test recall of users from the least to the most active (Wang et al., WSDM 2021, figure 6). */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo, useState } from 'react';
import type { PlotAxis } from '@/components/plots/axis';
import { CurveChart } from '@/components/plots/curveChart';
import type { PlotSeries } from '@/components/plots/series';
import { lossColourVariable } from '@/components/ui/lossMark';
import { Select } from '@/components/ui/select';
import { measureTitle } from '@/format/metric';
import { groupMeasures, groupsOf } from './groups';

const NAMES = ['least active', 'less active', 'more active', 'most active'];

const GROUPS: PlotAxis = {
  title: 'user group, a quarter of the training interactions each',
  ticks: [1, 2, 3, 4],
  format: (group) => NAMES[group - 1] ?? '',
  say: (group) => `for the ${NAMES[group - 1] ?? group} users`,
};

/** Room for the names of the outer groups. */
const EXTENT = [0.6, 4.4];

export function UserGroups({ trials }: { trials: readonly TrialSummary[] }) {
  const measures = useMemo(() => groupMeasures(trials), [trials]);
  const [chosen, setChosen] = useState<string | null>(null);
  const measure = measures.find((one) => one === chosen) ?? measures[0] ?? '';
  const series = useMemo(() => trials.flatMap((trial) => seriesOf(trial, measure)), [trials, measure]);
  return (
    <CurveChart
      title={`${measureTitle(measure) || 'Recall'} by user group`}
      unit="test set, mean over the users of a group, 0 to 1"
      series={series}
      legend={series.map(({ key, label, colour, dash }) => ({ key, label, colour, dash }))}
      axis={GROUPS}
      extent={EXTENT}
      height={230}
      controls={
        measures.length > 1 && (
          <Select
            aria-label="Measure of the user groups"
            value={measure}
            onChange={(event) => setChosen(event.target.value)}
            options={measures.map((value) => ({ value, label: measureTitle(value) }))}
          />
        )
      }
      empty={
        series.length === 0
          ? 'The test set is read once, when a training has ended: none of these has. It fills by itself.'
          : null
      }
      note={GROUPS.title}
    />
  );
}

function seriesOf(trial: TrialSummary, measure: string): PlotSeries[] {
  const groups = groupsOf(trial, measure);
  const loss = trial.config?.loss ?? '';
  if (groups.length === 0) return [];
  return [
    {
      key: String(trial.trialId),
      legend: String(trial.trialId),
      label: `${loss} #${trial.number}`,
      colour: lossColourVariable(loss),
      strong: true,
      dash: loss === 'CE' ? [6, 4] : undefined,
      href: `/trials/${trial.trialId}`,
      steps: groups.map(({ group }) => group),
      values: groups.map(({ value }) => value),
    },
  ];
}
