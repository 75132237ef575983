'use client';
/** Queues a failed trial once more. */
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { useNotify } from '@/components/ui/toast';
import { postPatiently } from '@/live/fetchProblem';

export function RetryTrial({ trialId, onRetried }: { trialId: number; onRetried: () => void }) {
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const retry = async () => {
    setBusy(true);
    const answer = await postPatiently(
      `/api/trials/${trialId}/retry`,
      {},
      {
        onWaiting: (problem) =>
          notify({ title: problem.title, detail: `${problem.detail} Retrying by itself.` }),
      },
    );
    setBusy(false);
    if (answer.ok) {
      notify({ title: 'Queued again', detail: 'It starts when a slot is free.' });
      onRetried();
    } else notify({ title: answer.problem.title, detail: answer.problem.detail, tone: 'bad' });
  };
  return (
    <Button size="sm" disabled={busy} onClick={() => void retry()}>
      Retry
    </Button>
  );
}
