'use client';
/** The trials of a sweep, any number of them: any order, filter and grouping, and the address holds the view. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useState } from 'react';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { SectionNav } from '@/components/sweep/sectionNav';
import { Button, ButtonLink } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/emptyState';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { formatCount } from '@/format/number';
import { FilterBar } from './filterBar';
import { TrialsTable } from './trialsTable';
import { TrialsToolbar } from './trialsToolbar';
import { useTrialChanges } from './useTrialChanges';
import { type FirstRows, useTrialRows } from './useTrialRows';
import { parseView, type View, viewQuery } from './view';

export type TrialsViewProps = {
  sweep: SweepSummary;
  /** Parameters beside the usual ones that its losses and models read. */
  searched: readonly string[];
  /** Of the address that the server rendered. */
  query: string;
  first: FirstRows;
};

export function TrialsView({ sweep: initial, searched, query, first }: TrialsViewProps) {
  const { sweepId } = initial;
  const [view, setView] = useState(() => parseView(new URLSearchParams(query), searched));
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const change = (part: Partial<View>) => {
    const next = { ...view, ...part };
    setView(next);
    const text = viewQuery(next, searched).toString();
    window.history.replaceState(null, '', text === '' ? location.pathname : `?${text}`);
  };
  const rows = useTrialRows(sweepId, view, first);
  const live = useTrialChanges({
    initial,
    rows,
    sort: view.sort || 'best_value',
    filtered: view.filter.map(({ field }) => field),
    grouped: view.groupSeeds,
  });
  const { measured, problem } = rows;
  const isEmpty = measured.rows === 0 && rows.window.size === 0 && !rows.loading;
  return (
    <>
      <PageHeader
        trail={[
          { href: '/sweeps', title: 'Sweeps' },
          { href: `/sweeps/${sweepId}`, title: live.sweep.name },
        ]}
        title="Trials"
        marks={
          <>
            <StatePill state={stateName(live.sweep.state)} />
            <LivePill status={live.status} />
          </>
        }
        note={`#${sweepId} · ranked by ${live.sweep.metric}`}
      />
      <SectionNav sweepId={sweepId} current="trials" />
      <Card flush>
        <FilterBar view={view} sweep={live.sweep} onChange={change} />
        <TrialsToolbar
          sweepId={sweepId}
          metric={live.sweep.metric}
          view={view}
          searched={searched}
          measured={measured}
          loading={rows.loading}
          chosen={chosen}
          onChosen={setChosen}
          onChange={change}
        />
        {problem !== null && (
          <p role="alert" className="border-line border-b bg-bad-soft px-4 py-2 text-bad text-sm">
            {problem.title}: {problem.detail}{' '}
            <Button size="sm" variant="quiet" onClick={rows.refetch}>
              Try again
            </Button>
          </p>
        )}
        {live.moved > 0 && (
          <p role="status" className="border-line border-b bg-accent-soft px-4 py-1.5 text-sm">
            {formatCount(live.moved)} {live.moved === 1 ? 'trial has' : 'trials have'} changed since the table
            was sorted.{' '}
            <Button size="sm" variant="quiet" onClick={live.settle}>
              Refresh
            </Button>
          </p>
        )}
        {isEmpty ? (
          <NoTrials view={view} sweepId={sweepId} onChange={change} />
        ) : (
          <TrialsTable
            sweepId={sweepId}
            metric={live.sweep.metric}
            maximize={live.sweep.maximize}
            view={view}
            rows={rows}
            chosen={chosen}
            onChosen={setChosen}
            onChange={change}
          />
        )}
      </Card>
    </>
  );
}

type NoTrialsProps = { view: View; sweepId: number; onChange: (part: Partial<View>) => void };

function NoTrials({ view, sweepId, onChange }: NoTrialsProps) {
  if (view.filter.length > 0) {
    return (
      <EmptyState title="No trial fits the filter">
        <p className="mb-3">All of its conditions have to hold.</p>
        <Button onClick={() => onChange({ filter: [] })}>Remove the filter</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No trials yet">
      <p className="mb-3">The search has not suggested any. They appear here as it does.</p>
      <ButtonLink href={`/sweeps/${sweepId}`}>Overview</ButtonLink>
    </EmptyState>
  );
}
