'use client';
/** Chosen trials side by side: what they ran with on the left, their curves on the right, a chart a data set. */
import { useRouter } from 'next/navigation';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { CurveChart } from '@/components/plots/curveChart';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { SectionNav } from '@/components/sweep/sectionNav';
import { ButtonLink } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/emptyState';
import { lossColourVariable } from '@/components/ui/lossMark';
import { metricTitle, metricUnit } from '@/format/metric';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { type Alignment, alignmentNote, axisOf } from './axes';
import { CompareControls } from './compareControls';
import { ComparedTrials } from './comparedTrials';
import { configurationKey, dashNote, modelsOf, seriesOf } from './compareSeries';
import type { CompareSnapshot } from './snapshot';

function rowsOf({ sweep, trials, curves }: CompareSnapshot): Rows {
  return { sweeps: [sweep], trials, curves };
}

export function CompareView({
  initial,
  metric: metricAtFirst,
}: {
  initial: CompareSnapshot;
  metric: string;
}) {
  const { sweepId } = initial.sweep;
  const [metric, setMetric] = useState(metricAtFirst);
  const [removed, setRemoved] = useState<readonly number[]>([]);
  const [alignment, setAlignment] = useState<Alignment>('step');
  const [smoothing, setSmoothing] = useState(0);
  const [onlyDifferences, setOnlyDifferences] = useState(true);
  const ids = useMemo(() => initial.trials.map(({ trialId }) => trialId), [initial]);
  const topic = useMemo(() => ({ kind: 'sweep', sweepId }) as const, [sweepId]);
  const url = `/api/sweeps/${sweepId}/compare?trials=${ids.join(',')}&metric=${encodeURIComponent(metric)}`;
  const { state, status, snapshot } = useLive({ topic, url, initial, rowsOf, refetchOnDelta: true });
  const trials = useMemo(
    () =>
      ids.flatMap((id) => {
        const trial = removed.includes(id) ? undefined : state.trials.get(id);
        return trial === undefined ? [] : [trial];
      }),
    [ids, removed, state.trials],
  );
  const hasSeeds = new Set(trials.map(configurationKey)).size < trials.length;
  const [wantsGroups, setWantsGroups] = useState(true);
  const grouped = wantsGroups && hasSeeds;
  const router = useRouter();
  useAddress(initial.isProposal ? [] : trials.map(({ trialId }) => trialId), metric);
  // Smoothing is dragged: the slider must not wait for the charts.
  const shownSmoothing = useDeferredValue(smoothing);
  const datasets = [...new Set(trials.map(({ config }) => config?.dataset ?? ''))];
  return (
    <>
      <PageHeader
        trail={[
          { href: '/sweeps', title: 'Sweeps' },
          { href: `/sweeps/${sweepId}`, title: snapshot.sweep.name },
        ]}
        title="Compare"
        marks={<LivePill status={status} />}
        note={
          initial.isProposal && trials.length > 0
            ? 'Nothing was chosen, so these are the best of each loss. Mark trials in the table to compare others.'
            : undefined
        }
      />
      <SectionNav sweepId={sweepId} current="compare" />
      {trials.length === 0 ? (
        <Card>
          <EmptyState title={ids.length > 0 ? 'All trials were left out' : 'Nothing to compare yet'}>
            <p className="mb-4">
              {ids.length > 0
                ? 'Choose others in the table of trials.'
                : 'No trial has a value yet. The best of each loss appear here after the first evaluations.'}
            </p>
            <ButtonLink href={`/sweeps/${sweepId}`}>To the sweep</ButtonLink>
          </EmptyState>
        </Card>
      ) : (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(22rem,2fr)_3fr]">
          <Card
            flush
            title={
              <>
                Trials <span className="font-normal text-muted text-sm">{trials.length}</span>
              </>
            }
            actions={
              <label className="flex items-center gap-2 text-sm">
                <input
                  type="checkbox"
                  checked={onlyDifferences}
                  onChange={(event) => setOnlyDifferences(event.target.checked)}
                />
                Only differences
              </label>
            }
          >
            <ComparedTrials
              trials={trials}
              onlyDifferences={onlyDifferences}
              onRemove={(id) => {
                if (trials.length > 1) setRemoved((before) => [...before, id]);
                else router.push(`/sweeps/${sweepId}`);
              }}
            />
          </Card>
          <div className="min-w-0 space-y-4">
            <CompareControls
              metric={metric}
              metrics={snapshot.metrics}
              onMetric={setMetric}
              alignment={alignment}
              onAlignment={setAlignment}
              smoothing={smoothing}
              onSmoothing={setSmoothing}
              grouped={hasSeeds ? grouped : null}
              onGrouped={setWantsGroups}
            />
            {datasets.map((dataset) => (
              <DatasetChart
                key={dataset}
                dataset={datasets.length > 1 ? dataset : ''}
                trials={trials.filter(({ config }) => config?.dataset === dataset)}
                curves={snapshot.curves}
                metric={metric}
                wish={{ alignment, smoothing: shownSmoothing, grouped }}
              />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

type DatasetChartProps = {
  /** Empty where there is but one. */
  dataset: string;
  trials: CompareSnapshot['trials'];
  curves: CompareSnapshot['curves'];
  metric: string;
  wish: { alignment: Alignment; smoothing: number; grouped: boolean };
};

function DatasetChart({ dataset, trials, curves, metric, wish }: DatasetChartProps) {
  const { alignment, smoothing, grouped } = wish;
  const series = useMemo(
    () => seriesOf(trials, curves, { alignment, smoothing, grouped, nowMs: Date.now() }),
    [trials, curves, alignment, smoothing, grouped],
  );
  const shown = metric || (trials[0]?.config?.select ?? '');
  const losses = [...new Set(trials.map(({ config }) => config?.loss ?? ''))];
  const notes = [
    grouped ? 'bands are 95 % intervals of the mean over seeds' : 'click a curve to open its trial',
    dashNote(modelsOf(trials)),
    alignmentNote(alignment),
    smoothing > 0 ? `smoothed, weight ${smoothing.toFixed(2)}` : '',
    'drag to zoom, double-click to reset',
  ];
  return (
    <CurveChart
      title={`${dataset === '' ? '' : `${dataset}: `}${metricTitle(shown)}`}
      unit={metricUnit(shown)}
      series={series}
      legend={losses.map((loss) => ({ key: loss, label: loss, colour: lossColourVariable(loss), loss }))}
      legendLabel="Losses shown"
      axis={axisOf(alignment)}
      height={340}
      note={`${axisOf(alignment).title} · ${notes.filter((text) => text !== '').join(' · ')}`}
      waiting="None of these trials has reported this metric yet."
    />
  );
}

/** The address holds the choice: it can be sent, and a reload shows the same. */
function useAddress(trialIds: readonly number[], metric: string): void {
  const parts = [
    ...(trialIds.length > 0 ? [`trials=${trialIds.join(',')}`] : []),
    ...(metric === '' ? [] : [`metric=${encodeURIComponent(metric)}`]),
  ];
  const wanted = parts.length === 0 ? '' : `?${parts.join('&')}`;
  useEffect(() => {
    if (location.search !== wanted) history.replaceState(null, '', `${location.pathname}${wanted}`);
  }, [wanted]);
}
