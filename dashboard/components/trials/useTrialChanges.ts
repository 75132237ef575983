'use client';
/** Live changes of a sweep's trials: rows that are held follow at once; what may have moved is counted. */
import type { Sweep, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LiveFeed, type LiveStatus } from '@/live/feed';
import { movedBy } from './moved';
import { rowOfSummary } from './rows';
import type { TrialRows } from './useTrialRows';

export type TrialChanges = {
  sweep: SweepSummary;
  status: LiveStatus;
  /** Trials whose place in the view, or whether they are in it, may have changed since it was fetched. */
  moved: number;
  /** Puts them where they belong. */
  settle: () => void;
};

/**
 * @param params.sort column of the order, whose change moves a row
 * @param params.filtered columns whose change may take a row in or out
 */
export function useTrialChanges(params: {
  initial: SweepSummary;
  rows: TrialRows;
  sort: string;
  filtered: readonly string[];
}): TrialChanges {
  const { sweepId } = params.initial;
  const [sweep, setSweep] = useState(params.initial);
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const [moved, setMoved] = useState<ReadonlySet<number>>(new Set());
  const newest = useRef(params);
  useEffect(() => {
    newest.current = params;
  });

  useEffect(() => {
    let reads = 0;
    const feed = new LiveFeed({
      topic: { kind: 'sweep', sweepId },
      url: `/api/sweeps/${sweepId}/summary`,
      refetchOnDelta: false,
      onStatus: setStatus,
      onDeltas: (deltas) => {
        const fresh = deltas.flatMap(({ sweeps }) => sweeps).findLast((one) => one.sweepId === sweepId);
        if (fresh) setSweep(fresh);
        const rows = deltas.flatMap(({ trials }) => trials.map(rowOfSummary));
        if (rows.length === 0) return;
        const { rows: held, sort, filtered } = newest.current;
        const ids = movedBy(rows, held.window.rows(), [sort, ...filtered]);
        held.window.patch(new Map(rows.map((row) => [row.id, row])));
        if (ids.length > 0) setMoved((before) => new Set([...before, ...ids]));
      },
      onSnapshot: (json) => {
        const { summary } = json as Sweep;
        if (summary) setSweep(summary);
        // The first is as old as the page. Later ones come when something may have been missed.
        reads += 1;
        if (reads > 1) newest.current.rows.refetch();
      },
    });
    return () => feed.close();
  }, [sweepId]);

  const settle = useCallback(() => {
    setMoved(new Set());
    newest.current.rows.refetch();
  }, []);
  // Another view is fetched as things are.
  const { rowsText } = params.rows;
  const [seen, setSeen] = useState(rowsText);
  if (seen !== rowsText) {
    setSeen(rowsText);
    setMoved(new Set());
  }
  return { sweep, status, moved: moved.size, settle };
}
