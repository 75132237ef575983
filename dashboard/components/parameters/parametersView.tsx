'use client';
/** Every trial as a line over its parameters: brush, reorder, log scales, the best N; a click opens the trial. */
import { useMemo } from 'react';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { SectionNav } from '@/components/sweep/sectionNav';
import { EmptyState } from '@/components/ui/emptyState';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import type { SweepRowsSnapshot } from '@/live/snapshot';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { useThrottled } from '@/live/useThrottled';
import { ParallelChart } from './parallelChart';

/** ECharts takes a tenth of a second for a thousand lines. */
const DRAWN_EVERY_MS = 2_000;

function rowsOf({ sweep, trials }: SweepRowsSnapshot): Rows {
  return { sweeps: [sweep], trials, curves: [] };
}

export function ParametersView({ initial }: { initial: SweepRowsSnapshot }) {
  const { sweepId } = initial.sweep;
  const topic = useMemo(() => ({ kind: 'sweep', sweepId }) as const, [sweepId]);
  const { state, status } = useLive({ topic, url: `/api/sweeps/${sweepId}/rows`, initial, rowsOf });
  const sweep = state.sweeps.get(sweepId) ?? initial.sweep;
  const newest = useMemo(() => [...state.trials.values()], [state.trials]);
  const trials = useThrottled(newest, DRAWN_EVERY_MS);
  const measured = useMemo(() => trials.filter(({ bestValue }) => bestValue !== undefined), [trials]);
  return (
    <>
      <PageHeader
        trail={[
          { href: '/sweeps', title: 'Sweeps' },
          { href: `/sweeps/${sweepId}`, title: sweep.name },
        ]}
        title="Parameters"
        marks={
          <>
            <StatePill state={stateName(sweep.state)} />
            <LivePill status={status} />
          </>
        }
        note="Only what varies has an axis; what a loss does not read lies in the band n/a."
      />
      <SectionNav sweepId={sweepId} current="parameters" />
      {measured.length === 0 ? (
        <EmptyState title="No trial has a value yet">
          Lines appear with the first evaluation. If nothing happens, see whether a worker is active.
        </EmptyState>
      ) : (
        <ParallelChart sweep={sweep} trials={measured} />
      )}
    </>
  );
}
