'use client';
/** What the listed sweeps have cost and will, kept up while somebody looks. */
import type { SweepCost, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useEffect, useRef, useState } from 'react';
import { fetchProblem } from '@/live/fetchProblem';

/** A forecast changes slowly, and each costs the coordinator a look at the sweep's trials. */
const EVERY_MS = 10_000;
/** As many as one question may name. */
const MOST = 100;

export type Costs = ReadonlyMap<number, SweepCost>;

/** Of ended sweeps once; of those that run again and again. Nothing is shown where nobody answers. */
export function useCosts(sweeps: readonly SweepSummary[]): Costs {
  const [costs, setCosts] = useState<Costs>(new Map());
  const wanted = useRef<readonly SweepSummary[]>([]);
  wanted.current = sweeps;
  const settled = useRef(new Set<number>());
  // Anew as soon as a sweep comes or ends; in between by the clock.
  const key = sweeps.map(({ sweepId, finishedMs }) => `${sweepId}${finishedMs ?? ''}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is what asks at once
  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      const open = wanted.current.filter(({ sweepId }) => !settled.current.has(sweepId)).slice(0, MOST);
      if (document.hidden || open.length === 0) return;
      const ids = open.map(({ sweepId }) => sweepId).join();
      const answer = await fetchProblem<SweepCost[]>(`/api/sweeps/costs?ids=${ids}`, {
        signal: abort.signal,
      });
      if (!answer.ok || abort.signal.aborted) return;
      for (const { sweepId, finishedMs } of open) if (finishedMs !== undefined) settled.current.add(sweepId);
      setCosts(
        (before) => new Map([...before, ...answer.value.map((cost) => [cost.sweepId, cost] as const)]),
      );
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [key]);
  return costs;
}
