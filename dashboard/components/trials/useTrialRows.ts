'use client';
/** The rows of a view as a hook: a new view takes the place of the old one when its first page is there. */
import type { MeasureTrialsReply } from '@adt/proto/gen/adt/v1/table';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { Problem } from '@/lib/problem';
import { fetchProblem } from '@/live/fetchProblem';
import type { TrialPage } from './rows';
import { RowWindow } from './rowWindow';
import { rowsQuery, type View, viewQuery } from './view';

export type TrialRows = {
  window: RowWindow;
  /** The order that the window's rows are in, and which they are: the query of their view. */
  rowsText: string;
  /** Size, and the ends of the heat map's scales. */
  measured: MeasureTrialsReply;
  /** Another view was asked for and is on its way. */
  loading: boolean;
  problem: Problem | null;
  /** Asks for everything in sight anew. */
  refetch: () => void;
};

/** What the server rendered the first view from. */
export type FirstRows = { page: TrialPage; measured: MeasureTrialsReply };

type Shown = { rowsText: string; window: RowWindow };

export function useTrialRows(sweepId: number, view: View, first: FirstRows): TrialRows {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const url = `/api/sweeps/${sweepId}/trials`;
  const rowsText = rowsQuery(view).toString();
  const sizeText = viewQuery(view).toString();
  const [shown, setShown] = useState<Shown>(() => {
    const window = openWindow(url, rowsText, redraw);
    window.put(0, first.page);
    window.measured(first.measured.rows, first.measured.anchors);
    return { rowsText, window };
  });
  const [measured, setMeasured] = useState(first.measured);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  /** The newest view, which may not show yet. */
  const newest = useRef(shown);

  useEffect(() => {
    if (newest.current.rowsText === rowsText) return undefined;
    const window = openWindow(url, rowsText, redraw);
    newest.current = { rowsText, window };
    void window.load().then((came) => {
      if (newest.current.window !== window) return;
      setProblem(came ? null : window.problem);
      if (came) setShown({ rowsText, window });
    });
    return () => window.stop();
  }, [url, rowsText]);

  const sizeKey = `${sizeText} ${round}`;
  const known = useRef(sizeKey);
  useEffect(() => {
    if (known.current === sizeKey) return undefined;
    known.current = sizeKey;
    const stopped = new AbortController();
    const { window } = newest.current;
    void fetchProblem<MeasureTrialsReply>(`${url}/size?${sizeText}`, { signal: stopped.signal }).then(
      (answer) => {
        if (stopped.signal.aborted || !answer.ok) return;
        setMeasured(answer.value);
        window.measured(answer.value.rows, answer.value.anchors);
      },
    );
    return () => stopped.abort();
  }, [url, sizeText, sizeKey]);

  const refetch = useCallback(() => {
    newest.current.window.refetch();
    setRound((before) => before + 1);
  }, []);
  const { window } = shown;
  const loading = shown.rowsText !== rowsText && problem === null;
  return { ...shown, measured, loading, problem: problem ?? window.problem, refetch };
}

function openWindow(url: string, rowsText: string, onChange: () => void): RowWindow {
  const fetchPage = (cursor: string, signal: AbortSignal) => {
    const query = new URLSearchParams(rowsText);
    if (cursor !== '') query.set('cursor', cursor);
    return fetchProblem<TrialPage>(`${url}?${query}`, { signal });
  };
  return new RowWindow(fetchPage, onChange);
}
