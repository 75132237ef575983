'use client';
/** Submits a sweep once, however often it is asked to, and goes to it. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { useNotify } from '@/components/ui/toast';
import { postPatiently } from '@/live/fetchProblem';
import { newKey } from './idempotencyKey';

type SubmitParams = {
  text: string;
  /** A sweep whose results it takes over; null: none. */
  extended: number | null;
  onSubmitted: () => void;
};

export function useSubmit({ text, extended, onSubmitted }: SubmitParams) {
  const [submitting, setSubmitting] = useState(false);
  const router = useRouter();
  const notify = useNotify();
  // One key for one text: a double click, or a retry after a lost answer, is the same sweep.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another sweep
  const key = useMemo(newKey, [text, extended]);
  const submit = async () => {
    setSubmitting(true);
    const headers = { 'idempotency-key': key };
    const answer = await postPatiently<SweepSummary>(
      '/api/sweeps',
      extended === null ? { spec: text } : { spec: text, extends: extended },
      {
        init: { headers },
        onWaiting: (problem) =>
          notify({ title: problem.title, detail: `${problem.detail} Retrying by itself.` }),
      },
    );
    if (answer.ok) {
      onSubmitted();
      return router.push(`/sweeps/${answer.value.sweepId}`);
    }
    setSubmitting(false);
    const { title, detail, violations } = answer.problem;
    const first = violations[0];
    notify({ title, detail: first ? `${first.path}: ${first.message}` : detail, tone: 'bad' });
  };
  return { submit, submitting };
}
