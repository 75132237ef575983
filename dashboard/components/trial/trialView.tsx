'use client';
/** One trial: what it ran with, what it reached, how it got there, and every attempt at it. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo } from 'react';
import { TrialActions } from '@/components/actions/trialActions';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { Badge } from '@/components/ui/badge';
import { Loss } from '@/components/ui/lossMark';
import { isConfirming } from '@/components/ui/phase';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { formatCount } from '@/format/number';
import type { TrialSnapshot } from '@/live/snapshot';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { Attempts } from './attempts';
import { Headline, Parameters, Results } from './facts';
import { Failure } from './failure';
import { TrialCurves } from './trialCurves';
import { TrialLog } from './trialLog';

function rowsOf({ trial, sweep, curves }: TrialSnapshot): Rows {
  return { sweeps: [sweep], trials: [trial.summary], curves };
}

export function TrialView({ initial }: { initial: TrialSnapshot }) {
  const { trialId, sweepId } = initial.trial.summary;
  const topic = useMemo(() => ({ kind: 'trial', trialId }) as const, [trialId]);
  const url = `/api/trials/${trialId}`;
  const live = useLive({ topic, url, initial, rowsOf, refetchOnDelta: true });
  const { state, status, snapshot, refresh } = live;
  const trial: TrialSummary = state.trials.get(trialId) ?? initial.trial.summary;
  const metric = trial.config?.select ?? snapshot.sweep.metric;
  const curves = useMemo(() => [...state.curves.values()], [state.curves]);
  return (
    <>
      <PageHeader
        trail={[
          { href: '/sweeps', title: 'Sweeps' },
          { href: `/sweeps/${sweepId}`, title: snapshot.sweep.name },
        ]}
        title={`Trial #${trial.number}`}
        marks={
          <>
            <Loss loss={trial.config?.loss ?? ''} />
            <StatePill state={stateName(trial.state)} />
            {isConfirming(trial) && <Badge>confirm</Badge>}
            <LivePill status={status} />
          </>
        }
        actions={<TrialActions trial={trial} sweep={snapshot.sweep} onChanged={refresh} />}
        note={
          <>
            {trial.config?.model} on {trial.config?.dataset}, seed {trial.config?.seed} · id{' '}
            {formatCount(trialId)}
            {trial.pruneReason !== '' && ` · stopped early: ${trial.pruneReason}`}
          </>
        }
      />
      <div className="space-y-4">
        <Failure trial={trial} attempts={snapshot.trial.attempts} />
        <Headline trial={trial} metric={metric} />
        <TrialCurves
          curves={curves}
          superseded={snapshot.superseded}
          gaps={snapshot.gaps}
          loss={trial.config?.loss ?? ''}
          objective={metric}
        />
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Results trial={trial} report={snapshot.trial.report} />
          <Parameters trial={trial} report={snapshot.trial.report} />
        </div>
        <Attempts attempts={snapshot.trial.attempts} />
        <TrialLog attempts={snapshot.trial.attempts} />
      </div>
    </>
  );
}
