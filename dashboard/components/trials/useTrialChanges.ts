'use client';
/** Live changes of a sweep's trials: rows that are held follow at once; what may have moved is counted. */
import type { Sweep, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LiveFeed, type LiveStatus } from '@/live/feed';
import { REGROUP_EVERY_MS } from '@/live/tunables';
import { movedBy } from './moved';
import { rowOfSummary } from './rows';
import type { TrialRows } from './useTrialRows';

export type TrialChanges = {
  sweep: SweepSummary;
  status: LiveStatus;
  /** Trials that have changed in a way that may put them elsewhere, or in or out of the view. */
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
  grouped: boolean;
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
    let regrouping: ReturnType<typeof setTimeout> | null = null;
    /** Of the newest delta; null before the first subscription. */
    let version: number | null = null;
    const feed = new LiveFeed({
      topic: { kind: 'sweep', sweepId },
      url: `/api/sweeps/${sweepId}/summary`,
      refetchOnDelta: false,
      onStatus: setStatus,
      onDeltas: (deltas) => {
        const isGapless = deltas.every((delta, at) => delta.version <= (version ?? delta.version) + 1 + at);
        version = deltas.at(-1)?.version ?? version;
        // What was left out may be any trial.
        if (!isGapless) newest.current.rows.refetch();
        const fresh = deltas.flatMap(({ sweeps }) => sweeps).findLast((one) => one.sweepId === sweepId);
        if (fresh) setSweep(fresh);
        const rows = deltas.flatMap(({ trials }) => trials.map(rowOfSummary));
        if (rows.length === 0) return;
        const { rows: held, sort, filtered, grouped } = newest.current;
        if (grouped) {
          // A mean can't be mended with one of its values: it is asked for anew.
          regrouping ??= setTimeout(() => {
            regrouping = null;
            newest.current.rows.refetch();
          }, REGROUP_EVERY_MS);
          return;
        }
        const ids = movedBy(rows, held.window.rows(), [sort, ...filtered]);
        held.window.patch(new Map(rows.map((row) => [row.id, row])));
        if (ids.length > 0) setMoved((before) => new Set([...before, ...ids]));
      },
      onSnapshot: (json, known, deltas) => {
        version = deltas.at(-1)?.version ?? known;
        const { summary } = json as Sweep;
        if (summary) setSweep(summary);
        // What changed between the page's reading and the subscription came to nobody.
        newest.current.rows.refetch();
      },
    });
    return () => {
      feed.close();
      if (regrouping) clearTimeout(regrouping);
    };
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
