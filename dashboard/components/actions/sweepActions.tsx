'use client';
/** What can be done to a sweep: pause, cancel, add seeds, clone, delete; each says why when it can't be. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { Copy, Pause, Play, Sprout } from 'lucide-react';
import { CancelSweep } from '@/components/sweep/cancelSweep';
import { ButtonLink } from '@/components/ui/button';
import { stateName } from '@/components/ui/stateName';
import { ActionButton } from './actionButton';
import { DeleteSweep } from './deleteSweep';
import { useChange } from './useChange';

type SweepActionsProps = { sweep: SweepSummary; onChanged: () => void };

export function SweepActions({ sweep, onChanged }: SweepActionsProps) {
  const { sweepId } = sweep;
  const runs = stateName(sweep.state) === 'RUNNING';
  return (
    <>
      {runs && <PauseOrResume sweep={sweep} onChanged={onChanged} />}
      {runs && <CancelSweep sweep={sweep} onCancelled={onChanged} />}
      {!runs && (
        <ButtonLink size="sm" href={`/sweeps/new?extends=${sweepId}`}>
          <Sprout aria-hidden size={14} /> Add seeds
        </ButtonLink>
      )}
      <ButtonLink size="sm" href={`/sweeps/new?from=${sweepId}`}>
        <Copy aria-hidden size={14} /> Clone and edit
      </ButtonLink>
      <DeleteSweep sweep={sweep} />
    </>
  );
}

function PauseOrResume({ sweep, onChanged }: SweepActionsProps) {
  const { sweepId, paused, counts } = sweep;
  const { change, busy } = useChange<SweepSummary>({
    url: `/api/sweeps/${sweepId}/${paused ? 'resume' : 'pause'}`,
    done: (reply) =>
      reply.paused
        ? { title: 'Sweep paused', detail: pausedDetail(counts?.running ?? 0) }
        : { title: 'Sweep resumed', detail: 'Its trials start again as slots come free.' },
    onSettled: onChanged,
  });
  return (
    <ActionButton busy={busy} onClick={() => void change()}>
      {paused ? <Play aria-hidden size={14} /> : <Pause aria-hidden size={14} />}
      {paused ? 'Resume' : 'Pause'}
    </ActionButton>
  );
}

function pausedDetail(running: number): string {
  if (running === 0) return 'No trial starts until it is resumed.';
  return `No trial starts until it is resumed; ${running} running now ${running === 1 ? 'goes' : 'go'} on to the end.`;
}
