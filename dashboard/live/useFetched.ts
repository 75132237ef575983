'use client';
/** What a page asks for beside its live state: fetched anew when told to, and kept on screen meanwhile. */
import { useEffect, useRef, useState } from 'react';
import type { Problem } from '@/lib/problem';
import { fetchProblem } from './fetchProblem';
import { REFETCH_EVERY_MS } from './tunables';

export type FetchedState<T> = {
  /** Of `url`, which may be the address before while this one's answer is on its way; null at first. */
  value: T | null;
  url: string | null;
  problem: Problem | null;
};

/**
 * @param url null: nothing is asked
 * @param change a different value asks again, at most once a second
 */
export function useFetched<T>(url: string | null, change: string | number = 0): FetchedState<T> {
  const [state, setState] = useState<FetchedState<T>>({ value: null, url: null, problem: null });
  const asked = useRef({ url: '', atMs: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `change` asks again
  useEffect(() => {
    if (url === null) return undefined;
    const gone = new AbortController();
    const sinceMs = Date.now() - asked.current.atMs;
    const waitMs = asked.current.url === url ? Math.max(0, REFETCH_EVERY_MS - sinceMs) : 0;
    const ask = async (): Promise<void> => {
      asked.current = { url, atMs: Date.now() };
      const answer = await fetchProblem<T>(url, { signal: gone.signal });
      if (gone.signal.aborted) return;
      if (answer.ok) setState({ value: answer.value, url, problem: null });
      else setState((before) => ({ ...before, problem: answer.problem }));
      const { retryAfterS } = answer.ok ? { retryAfterS: null } : answer.problem;
      if (retryAfterS !== null) timer = setTimeout(() => void ask(), retryAfterS * 1000);
    };
    let timer = setTimeout(() => void ask(), waitMs);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [url, change]);
  return state;
}
