'use client';
/** What can be done to a trial: run it again where it came to nothing, or search around it. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { Copy, RotateCcw } from 'lucide-react';
import { ButtonLink } from '@/components/ui/button';
import { stateName } from '@/components/ui/stateName';
import { ActionButton } from './actionButton';
import { useChange } from './useChange';

type TrialActionsProps = { trial: TrialSummary; sweep: SweepSummary; onChanged: () => void };

export function TrialActions({ trial, sweep, onChanged }: TrialActionsProps) {
  const { trialId } = trial;
  const { change, busy } = useChange<TrialSummary>({
    url: `/api/trials/${trialId}/retry`,
    done: () => ({ title: 'Trial queued again', detail: 'It runs as a new attempt when a slot is free.' }),
    onSettled: onChanged,
  });
  return (
    <>
      <ActionButton reason={whyNot(trial, sweep)} busy={busy} onClick={() => void change()}>
        <RotateCcw aria-hidden size={14} /> Retry
      </ActionButton>
      <ButtonLink size="sm" href={`/sweeps/new?trial=${trialId}`}>
        <Copy aria-hidden size={14} /> Clone and edit
      </ButtonLink>
    </>
  );
}

/** As the coordinator would refuse it: only what has failed or was cancelled, and not in a sweep that was stopped. */
function whyNot(trial: TrialSummary, sweep: SweepSummary): string | null {
  const state = stateName(trial.state);
  if (state !== 'FAILED' && state !== 'CANCELLED')
    return 'Only a trial that has failed or was cancelled is run again.';
  const sweepState = stateName(sweep.state);
  if (sweepState === 'CANCELLED' || (sweepState === 'FINISHED' && sweep.reason !== ''))
    return 'Its sweep was stopped as a whole: clone the sweep instead.';
  return null;
}
