'use client';
/** A page's live state as a hook. */
import type { Topic } from '@adt/proto/live';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LiveFeed, type LiveStatus } from './feed';
import { applyDeltas, type LiveState, type Rows, startFrom } from './state';

export type LiveParams<Snapshot> = {
  topic: Topic;
  /** Route that answers with a Snapshot. */
  url: string;
  /** What the server rendered the page from. */
  initial: Snapshot;
  /** Must be the same function on every render. */
  rowsOf: (snapshot: Snapshot) => Rows;
  /** For pages that show more than rows and points. */
  refetchOnDelta?: boolean;
};

export type Live<Snapshot> = {
  state: LiveState;
  /** The newest snapshot, for what deltas do not carry. */
  snapshot: Snapshot;
  status: LiveStatus;
  /** Fetches a new snapshot, say after an action of this page. */
  refresh: () => void;
};

export function useLive<Snapshot>(params: LiveParams<Snapshot>): Live<Snapshot> {
  const { url, initial, rowsOf, refetchOnDelta = false } = params;
  const topicText = JSON.stringify(params.topic);
  const [snapshot, setSnapshot] = useState(initial);
  const [state, setState] = useState(() => startFrom(rowsOf(initial), null));
  const [status, setStatus] = useState<LiveStatus>('connecting');
  const feed = useRef<LiveFeed | null>(null);

  useEffect(() => {
    const current = new LiveFeed({
      topic: JSON.parse(topicText) as Topic,
      url,
      refetchOnDelta,
      onStatus: setStatus,
      onDeltas: (deltas) => setState((before) => applyDeltas(before, deltas)),
      onSnapshot: (json, version, deltas) => {
        const fresh = json as Snapshot;
        setSnapshot(fresh);
        setState(applyDeltas(startFrom(rowsOf(fresh), version), deltas));
      },
    });
    feed.current = current;
    return () => current.close();
  }, [topicText, url, refetchOnDelta, rowsOf]);

  useEffect(() => {
    if (state.stale) void feed.current?.refetch();
  }, [state.stale]);

  const refresh = useCallback(() => void feed.current?.refetch(), []);
  return { state, snapshot, status, refresh };
}
