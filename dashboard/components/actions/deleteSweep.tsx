'use client';
/** Deletes a sweep for good: says what would go, and asks. */
import type { SweepRemoval, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { formatBytes, formatCount } from '@/format/number';
import type { Problem } from '@/lib/problem';
import { fetchProblem } from '@/live/fetchProblem';
import { ActionButton } from './actionButton';
import { useChange } from './useChange';

/** What would go, once asked; a refusal says why nothing may. */
type Extent = { removal: SweepRemoval } | { problem: Problem } | null;

export function DeleteSweep({ sweep }: { sweep: SweepSummary }) {
  const [open, setOpen] = useState(false);
  const [extent, setExtent] = useState<Extent>(null);
  const router = useRouter();
  const url = `/api/sweeps/${sweep.sweepId}/delete`;
  const { change, busy } = useChange<SweepRemoval>({
    url,
    done: ({ trials }) => ({ title: 'Sweep deleted', detail: `${formatCount(trials)} trials went with it.` }),
    onDone: () => router.push('/sweeps'),
    onSettled: () => setOpen(false),
  });
  const ask = async () => {
    setExtent(null);
    setOpen(true);
    const answer = await fetchProblem<SweepRemoval>(url);
    setExtent(answer.ok ? { removal: answer.value } : { problem: answer.problem });
  };
  return (
    <>
      <ActionButton reason={whyNot(sweep)} onClick={() => void ask()}>
        <Trash2 aria-hidden size={14} /> Delete
      </ActionButton>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete “${sweep.name}”?`}
        description={<What extent={extent} />}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button
              variant="danger"
              disabled={busy || extent === null || 'problem' in extent}
              onClick={() => void change()}
            >
              Delete for good
            </Button>
          </>
        }
      />
    </>
  );
}

function What({ extent }: { extent: Extent }) {
  if (extent === null) return <p role="status">Counting what would go…</p>;
  if ('problem' in extent) return <p role="alert">{extent.problem.detail}</p>;
  const { trials, points, bytes } = extent.removal;
  return (
    <p>
      {formatCount(trials)} trials, {formatCount(points)} points of their curves (about {formatBytes(bytes)}),
      their attempts and the log of the search are gone for good. Data sets stay.
    </p>
  );
}

function whyNot({ state, finishedMs }: SweepSummary): string | null {
  if (finishedMs !== undefined) return null;
  return state.endsWith('CANCELLED')
    ? 'Its last trials are still stopping.'
    : 'It has not ended: cancel it first.';
}
