'use client';
/** One sweep, live: how far, the best of each loss, the curves, the ranking. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo, useState } from 'react';
import { SweepActions } from '@/components/actions/sweepActions';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { Ago, Elapsed } from '@/components/time/clock';
import { Card } from '@/components/ui/card';
import { ProgressBar } from '@/components/ui/progressBar';
import { sweepStateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { Tabs } from '@/components/ui/tabs';
import type { SweepSnapshot } from '@/live/snapshot';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { Eta } from './overview/eta';
import { SectionNav } from './sectionNav';
import { SpecView } from './specView';
import { SweepResults } from './sweepResults';

function rowsOf({ sweep, trials, curves }: SweepSnapshot): Rows {
  return { sweeps: [sweep], trials, curves };
}

export function SweepView({ initial }: { initial: SweepSnapshot }) {
  const { sweepId } = initial.sweep;
  const topic = useMemo(() => ({ kind: 'sweep', sweepId }) as const, [sweepId]);
  const live = useLive({ topic, url: `/api/sweeps/${sweepId}`, initial, rowsOf });
  const { state, status, refresh } = live;
  const sweep = state.sweeps.get(sweepId) ?? initial.sweep;
  const trials = useMemo(() => [...state.trials.values()], [state.trials]);
  const [bySeed, setBySeed] = useState(false);
  return (
    <>
      <PageHeader
        trail={[{ href: '/sweeps', title: 'Sweeps' }]}
        title={sweep.name}
        marks={
          <>
            <StatePill state={sweepStateName(sweep)} />
            <LivePill status={status} />
          </>
        }
        note={<Facts sweep={sweep} />}
        actions={<SweepActions sweep={sweep} onChanged={refresh} />}
      />
      <SectionNav sweepId={sweepId} current="overview" />
      <Card className="mb-4">
        <ProgressBar counts={sweep.counts} legend />
        <Eta sweep={sweep} />
      </Card>
      <Tabs
        label="Views of the sweep"
        tabs={[
          {
            id: 'results',
            title: 'Results',
            content: (
              <SweepResults
                sweep={sweep}
                trials={trials}
                curves={state.curves}
                bySeed={bySeed}
                onBySeed={setBySeed}
              />
            ),
          },
          { id: 'spec', title: 'YAML', content: <SpecView spec={initial.spec} /> },
        ]}
      />
    </>
  );
}

function Facts({ sweep }: { sweep: SweepSummary }) {
  return (
    <>
      #{sweep.sweepId} · ranked by {sweep.metric} · {sweep.datasets.join(', ')} · {sweep.models.join(', ')} ·
      created <Ago ms={sweep.createdMs} />
      {sweep.finishedMs !== undefined && (
        <>
          {' '}
          · took <Elapsed fromMs={sweep.createdMs} toMs={sweep.finishedMs} />
        </>
      )}
      {sweep.reason !== '' && <strong> · {sweep.reason}</strong>}
    </>
  );
}
