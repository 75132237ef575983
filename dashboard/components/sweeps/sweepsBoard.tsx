'use client';
/** The list of sweeps, live: a table where there is room, cards on a phone. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useState } from 'react';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { Button, ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/emptyState';
import { useNotify } from '@/components/ui/toast';
import { fetchProblem } from '@/live/fetchProblem';
import type { SweepsSnapshot } from '@/live/snapshot';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { SweepFilterBar, useSweepFilter } from './filterBar';
import { FirstSweep } from './firstSweep';
import { matches } from './sweepFilter';
import { SweepCards, SweepTable } from './sweepList';
import { useCosts } from './useCosts';

const TOPIC = { kind: 'sweeps' } as const;

function rowsOf(snapshot: SweepsSnapshot): Rows {
  return { sweeps: snapshot.sweeps, trials: [], curves: [] };
}

export function SweepsBoard({ initial }: { initial: SweepsSnapshot }) {
  const { state, status } = useLive({ topic: TOPIC, url: '/api/sweeps', initial, rowsOf });
  const older = useOlderSweeps(initial.nextCursor);
  const byId = new Map([...older.sweeps.map((sweep) => [sweep.sweepId, sweep] as const), ...state.sweeps]);
  const sweeps = [...byId.values()].sort((a, b) => b.sweepId - a.sweepId);
  const filter = useSweepFilter();
  const shown = sweeps.filter((sweep) => matches(sweep, filter.value));
  const costs = useCosts(shown);
  if (sweeps.length === 0) return <FirstSweep status={status} />;
  return (
    <>
      <PageHeader
        title="Sweeps"
        marks={<LivePill status={status} />}
        actions={
          <ButtonLink href="/sweeps/new" variant="primary">
            New sweep
          </ButtonLink>
        }
      />
      {sweeps.length > 1 && <SweepFilterBar filter={filter} shown={shown.length} all={sweeps.length} />}
      {shown.length === 0 ? (
        <EmptyState title="No sweep is like that">
          {older.more ? 'Older ones are not loaded yet. ' : 'None of the sweeps fits the filter. '}
          <Button size="sm" onClick={filter.clear}>
            Show all
          </Button>
        </EmptyState>
      ) : (
        <>
          <SweepTable sweeps={shown} costs={costs} />
          <SweepCards sweeps={shown} costs={costs} />
        </>
      )}
      {older.more && (
        <div className="mt-4 text-center">
          <Button onClick={older.load}>Show older sweeps</Button>
        </div>
      )}
    </>
  );
}

/** Pages beyond the first; they are long finished, so they need no deltas. */
function useOlderSweeps(firstCursor: string) {
  const [sweeps, setSweeps] = useState<SweepSummary[]>([]);
  const [cursor, setCursor] = useState(firstCursor);
  const notify = useNotify();
  const load = async () => {
    const page = await fetchProblem<SweepsSnapshot>(`/api/sweeps?cursor=${encodeURIComponent(cursor)}`);
    if (!page.ok) return notify({ title: page.problem.title, detail: page.problem.detail, tone: 'bad' });
    setSweeps((before) => [...before, ...page.value.sweeps]);
    setCursor(page.value.nextCursor);
  };
  return { sweeps, more: cursor !== '', load: () => void load() };
}
