'use client';
/** What the losses do to false positives, over one axis with one crosshair; sensitivity and user groups below. */
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { SectionNav } from '@/components/sweep/sectionNav';
import { EmptyState } from '@/components/ui/emptyState';
import { trialsEnded } from '@/components/ui/progressBar';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { DenoisingPanels } from './denoisingPanels';
import { type DenoisingChoice, type DenoisingSnapshot, queryOf } from './denoisingSnapshot';
import { SensitivityView } from './sensitivityView';
import { TrialChooser } from './trialChooser';
import { UserGroups } from './userGroups';

function rowsOf({ sweep, trials, curves }: DenoisingSnapshot): Rows {
  return { sweeps: [sweep], trials, curves };
}

export function DenoisingView({ initial, choice }: { initial: DenoisingSnapshot; choice: DenoisingChoice }) {
  const { sweepId } = initial.sweep;
  const topic = useMemo(() => ({ kind: 'sweep', sweepId }) as const, [sweepId]);
  const router = useRouter();
  const url = `/api/sweeps/${sweepId}/denoising${queryOf(choice)}`;
  const { state, status, snapshot: held } = useLive({ topic, url, initial, rowsOf, refetchOnDelta: true });
  // After a new choice the server has rendered it, while the feed may still hold the one before.
  const snapshot = useMemo(() => newestOf(held, initial), [held, initial]);
  const { strata, stratum, trials, chosen, curves, flags } = snapshot;
  const sweep = state.sweeps.get(sweepId) ?? snapshot.sweep;
  const shown = useMemo(
    () => chosen.flatMap((id) => trials.find(({ trialId }) => trialId === id) ?? []),
    [chosen, trials],
  );
  const choose = (next: DenoisingChoice) =>
    router.replace(`/sweeps/${sweepId}/denoising${queryOf(next)}`, { scroll: false });
  return (
    <>
      <PageHeader
        trail={[
          { href: '/sweeps', title: 'Sweeps' },
          { href: `/sweeps/${sweepId}`, title: sweep.name },
        ]}
        title="Denoising"
        marks={
          <>
            <StatePill state={stateName(sweep.state)} />
            <LivePill status={status} />
          </>
        }
        note="What each loss does to the interactions that are known to be false positives."
      />
      <SectionNav sweepId={sweepId} current="denoising" />
      {trials.length === 0 ? (
        <EmptyState title="No trial has begun">
          The curves appear with the first evaluation. If nothing happens, see whether a worker is active.
        </EmptyState>
      ) : (
        <div className="space-y-4">
          <TrialChooser
            sweep={sweep}
            strata={strata}
            stratum={stratum}
            trials={trials}
            chosen={chosen}
            onChoose={choose}
          />
          <DenoisingPanels sweepId={sweepId} trials={shown} curves={curves} flags={flags} />
          <UserGroups trials={shown} />
          <SensitivityView sweepId={sweepId} stratum={stratum} ended={trialsEnded(sweep.counts)} />
        </div>
      )}
    </>
  );
}

function newestOf(held: DenoisingSnapshot, initial: DenoisingSnapshot): DenoisingSnapshot {
  const isSame = held.stratum === initial.stratum && held.chosen.join() === initial.chosen.join();
  return isSame ? held : initial;
}
