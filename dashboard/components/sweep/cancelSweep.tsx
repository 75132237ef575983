'use client';
/** Cancels a sweep after asking. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useNotify } from '@/components/ui/toast';
import { formatCount } from '@/format/number';
import { postPatiently } from '@/live/fetchProblem';

export function CancelSweep({ sweep, onCancelled }: { sweep: SweepSummary; onCancelled: () => void }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const cancel = async () => {
    setBusy(true);
    const answer = await postPatiently(
      `/api/sweeps/${sweep.sweepId}/cancel`,
      {},
      {
        onWaiting: (problem) =>
          notify({ title: problem.title, detail: `${problem.detail} Retrying by itself.` }),
      },
    );
    setBusy(false);
    setOpen(false);
    if (answer.ok) {
      notify({ title: 'Sweep cancelled', detail: 'Running trials stop within seconds.' });
      onCancelled();
    } else notify({ title: answer.problem.title, detail: answer.problem.detail, tone: 'bad' });
  };
  const { queued = 0, running = 0 } = sweep.counts ?? {};
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        Cancel sweep
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Cancel “${sweep.name}”?`}
        description={
          <>
            {formatCount(queued)} queued and {formatCount(running)} running trials are stopped for good. What
            has been measured stays.
          </>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep it running</Button>
            <Button variant="danger" disabled={busy} onClick={() => void cancel()}>
              Cancel sweep
            </Button>
          </>
        }
      />
    </>
  );
}
