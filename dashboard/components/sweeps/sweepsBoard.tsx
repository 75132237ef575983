'use client';
/** The list of sweeps, live: a table where there is room, cards on a phone. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useState } from 'react';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { Button, ButtonLink } from '@/components/ui/button';
import { useNotify } from '@/components/ui/toast';
import { fetchProblem } from '@/live/fetchProblem';
import type { SweepsSnapshot } from '@/live/snapshot';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { FirstSweep } from './firstSweep';
import { SweepCards, SweepTable } from './sweepList';

const TOPIC = { kind: 'sweeps' } as const;

function rowsOf(snapshot: SweepsSnapshot): Rows {
  return { sweeps: snapshot.sweeps, trials: [], curves: [] };
}

export function SweepsBoard({ initial }: { initial: SweepsSnapshot }) {
  const { state, status } = useLive({ topic: TOPIC, url: '/api/sweeps', initial, rowsOf });
  const older = useOlderSweeps(initial.nextCursor);
  const byId = new Map([...older.sweeps.map((sweep) => [sweep.sweepId, sweep] as const), ...state.sweeps]);
  const sweeps = [...byId.values()].sort((a, b) => b.sweepId - a.sweepId);
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
      <SweepTable sweeps={sweeps} />
      <SweepCards sweeps={sweeps} />
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
