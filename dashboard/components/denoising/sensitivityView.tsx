'use client';
/** How the metric depends on ε_max and ε_N, and on β (Wang et al., WSDM 2021, figure 8). */
import type { GetSensitivityReply, Sensitivity, SensitivityCell } from '@adt/proto/gen/adt/v1/results';
import { useMemo, useState } from 'react';
import type { PlotAxis } from '@/components/plots/axis';
import { CurveChart } from '@/components/plots/curveChart';
import type { PlotSeries } from '@/components/plots/series';
import { Segmented } from '@/components/ui/segmented';
import { Skeleton } from '@/components/ui/skeleton';
import { metricTitle } from '@/format/metric';
import { formatParameter } from '@/format/number';
import { useFetched } from '@/live/useFetched';
import { HeatMap } from './heatMap';

type SensitivityViewProps = {
  sweepId: number;
  /** `data set · model` */
  stratum: string;
  /** Trials that ended: each may fill a cell. */
  ended: number;
};

const OTHERS = [
  { value: 'best', label: 'Best of others' },
  { value: 'fixed', label: 'Others fixed' },
] as const;

const BETA: PlotAxis = {
  title: 'β',
  format: (beta) => formatParameter(beta),
  say: (beta) => `at β ${formatParameter(beta)}`,
};

export function SensitivityView({ sweepId, stratum, ended }: SensitivityViewProps) {
  // With the other parameters fixed a random search has next to nothing to show; a grid has all of it.
  const [others, setOthers] = useState<(typeof OTHERS)[number]['value']>('best');
  const { value, problem } = useFetched<GetSensitivityReply>(
    `/api/sweeps/${sweepId}/sensitivity?others=${others}`,
    ended,
  );
  const found = value?.sensitivities.find(({ dataset, model }) => `${dataset} · ${model}` === stratum);
  const line = useMemo(() => (found === undefined ? [] : betaLine(found)), [found]);
  if (value === null && problem === null) return <Skeleton className="h-72" />;
  const unit = `${metricTitle(found?.metric ?? '')}, mean over search seeds`;
  const controls = (
    <Segmented label="Other parameters" options={OTHERS} value={others} onChange={setOthers} />
  );
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <HeatMap
        title="Sensitivity of T-CE"
        unit={unit}
        cells={found?.tce ?? []}
        best={found?.tceBest}
        controls={controls}
        empty={problem?.detail ?? 'No T-CE training of this data set and model has ended yet.'}
      />
      <CurveChart
        title="Sensitivity of R-CE"
        unit={unit}
        series={line}
        legend={line.map(({ key, label, colour, dash, strong }) => ({
          key,
          label,
          colour,
          dash,
          loss: strong ? 'R-CE' : undefined,
        }))}
        axis={BETA}
        height={230}
        empty={
          (found?.rce.length ?? 0) === 0
            ? (problem?.detail ?? 'No R-CE training of this data set and model has ended yet.')
            : null
        }
        note="β · dashed: CE"
      />
    </div>
  );
}

/** R-CE over β, and CE as the level to beat. */
function betaLine({ rce, ce }: Sensitivity): PlotSeries[] {
  const steps = rce.map(({ beta }) => beta ?? 0);
  const mean = (cell: SensitivityCell | undefined) => cell?.spread?.mean ?? null;
  const line: PlotSeries = {
    key: 'R-CE',
    legend: 'R-CE',
    label: 'R-CE',
    colour: '--loss-rce',
    strong: true,
    steps,
    values: rce.map(mean),
  };
  const ends = [...new Set([steps[0], steps.at(-1)])].filter((beta) => beta !== undefined);
  const level: PlotSeries = {
    key: 'CE',
    legend: 'CE',
    label: 'CE',
    colour: '--loss-ce',
    dash: [6, 4],
    steps: ends,
    values: ends.map(() => mean(ce)),
  };
  return ce === undefined ? [line] : [level, line];
}
