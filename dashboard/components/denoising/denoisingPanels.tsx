'use client';
/** The panels, on one axis and one crosshair. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo } from 'react';
import { CurveChart } from '@/components/plots/curveChart';
import { metricTitle, metricUnit } from '@/format/metric';
import { withDetail } from '@/live/detail';
import type { SnapshotCurve } from '@/live/snapshot';
import { curveKey } from '@/live/state';
import { useDetail } from '@/live/useDetail';
import { drawPanel, objectivePanel, PANELS, whyEmpty } from './panels';

type DenoisingPanelsProps = {
  sweepId: number;
  trials: readonly TrialSummary[];
  curves: readonly SnapshotCurve[];
  flags: boolean | null;
};

export function DenoisingPanels({ sweepId, trials, curves, flags }: DenoisingPanelsProps) {
  const metric = trials[0]?.config?.select ?? '';
  const panels = useMemo(
    () => [...PANELS, objectivePanel(metric, metricTitle(metric), metricUnit(metric))],
    [metric],
  );
  const metrics = useMemo(() => panels.flatMap(({ lines }) => lines.map((line) => line.metric)), [panels]);
  const { detail, onZoom } = useDetail({
    trialIds: trials.map(({ trialId }) => trialId),
    metrics,
    epochs: trials.reduce((sum, { epoch }) => sum + epoch, 0),
  });
  const known = useMemo(
    () => new Map(curves.map((curve) => [curveKey(curve.trialId, curve.metric), curve])),
    [curves],
  );
  const drawn = useMemo(
    () =>
      panels.map((panel) =>
        drawPanel(panel, trials, (trialId, name) => {
          const key = curveKey(trialId, name);
          const whole = known.get(key);
          if (whole === undefined || detail === null) return whole;
          return withDetail(whole, detail.curves.get(key), detail);
        }),
      ),
    [panels, trials, known, detail],
  );
  const last = drawn
    .flatMap(({ series }) => series)
    .reduce((most, { steps }) => Math.max(most, steps.at(-1) ?? 0), 0);
  const extent = useMemo(() => [0, last], [last]);
  const dataset = trials[0]?.config?.dataset ?? '';
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {panels.map((panel, at) => {
        const { series = [], legend = [] } = drawn[at] ?? {};
        return (
          <CurveChart
            key={panel.id}
            title={panel.title}
            unit={panel.unit}
            series={series}
            legend={legend}
            height={230}
            sync={`denoising-${sweepId}`}
            extent={extent}
            onZoom={onZoom}
            waiting="The first evaluation is on its way."
            empty={series.length === 0 ? whyEmpty({ panel, trials, flags, dataset }) : null}
            note="iterations"
          />
        );
      })}
    </div>
  );
}
