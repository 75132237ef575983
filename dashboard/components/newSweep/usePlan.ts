'use client';
/** What the coordinator says about the text as it stands: asked a moment after the last key stroke. */
import type { SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { useEffect, useState } from 'react';
import type { Problem } from '@/lib/problem';
import { postJson } from '@/live/fetchProblem';

/** Longer than between two key strokes, shorter than a glance at the panel. */
const DEBOUNCE_MS = 250;

/** `text` is what was checked; the page compares it with what is typed by now. */
export type Planned =
  | { kind: 'none' }
  | { kind: 'plan'; text: string; plan: SweepPlan }
  | { kind: 'problem'; text: string; problem: Problem };

export function usePlan(text: string): { planned: Planned; checking: boolean } {
  const [planned, setPlanned] = useState<Planned>({ kind: 'none' });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` repeats the question while nobody answers
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const answer = await postJson<SweepPlan>('/api/plan', { spec: text }, { signal: abort.signal });
      if (abort.signal.aborted) return;
      if (answer.ok) return setPlanned({ kind: 'plan', text, plan: answer.value });
      if (answer.problem.status === 401) return location.assign('/login');
      setPlanned({ kind: 'problem', text, problem: answer.problem });
      const { retryAfterS } = answer.problem;
      if (retryAfterS !== null) {
        const again = setTimeout(() => setAttempt((count) => count + 1), retryAfterS * 1000);
        abort.signal.addEventListener('abort', () => clearTimeout(again));
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, attempt]);
  return { planned, checking: planned.kind === 'none' || planned.text !== text };
}
