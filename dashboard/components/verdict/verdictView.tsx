'use client';
/** The question of the whole platform on one screen: which loss is better, for which data set and model, and is it real? */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { SectionNav } from '@/components/sweep/sectionNav';
import { ButtonLink } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { measureTitle, metricTitle } from '@/format/metric';
import type { Rows } from '@/live/state';
import { useLive } from '@/live/useLive';
import { AddSeeds } from './addSeeds';
import { CellDetails } from './cellDetails';
import { Confirmation } from './confirmation';
import { ExportMenu } from './exportMenu';
import { Matrix } from './matrix';
import { matrixDrawing } from './matrixDrawing';
import { NoVerdict } from './noVerdict';
import {
  cellKey,
  findPair,
  type LossPair,
  metricsOf,
  pairName,
  pairsOf,
  type VerdictSnapshot,
} from './snapshot';
import { verdictWord } from './verdictBadge';

function rowsOf({ sweep }: VerdictSnapshot): Rows {
  return { sweeps: [sweep], trials: [], curves: [] };
}

type VerdictViewProps = {
  initial: VerdictSnapshot;
  /** From the address: what is compared and which cell is open; empty or unknown: the default. */
  pair: string;
  cell: string;
};

export function VerdictView({ initial, pair: pairAtFirst, cell: cellAtFirst }: VerdictViewProps) {
  const { sweepId } = initial.sweep;
  const [metric, setMetric] = useState(initial.metric);
  const [pairChosen, setPairChosen] = useState(pairAtFirst);
  const [open, setOpen] = useState(cellAtFirst);
  const topic = useMemo(() => ({ kind: 'sweep', sweepId }) as const, [sweepId]);
  const url = `/api/sweeps/${sweepId}/verdict?metric=${encodeURIComponent(metric)}`;
  const live = useLive({ topic, url, initial, rowsOf, refetchOnDelta: true });
  const { snapshot, status } = live;
  const sweep = live.state.sweeps.get(sweepId) ?? snapshot.sweep;
  const { comparison, progress } = snapshot;
  const { cells } = comparison;
  const pairs = pairsOf(cells);
  const pair = pairs.find((one) => pairName(one) === pairChosen) ?? pairs[0] ?? null;
  useAddress({ metric, pair: pairChosen, cell: open });
  const opened = cells.find((one) => cellKey(one) === open);
  const [follow, setFollow] = useState(false);
  const toggle = useCallback((key: string) => {
    setFollow(true);
    setOpen((before) => (before === key ? '' : key));
  }, []);
  const isEnded = !progress.running;
  return (
    <>
      <PageHeader
        trail={[
          { href: '/sweeps', title: 'Sweeps' },
          { href: `/sweeps/${sweepId}`, title: sweep.name },
        ]}
        title="Verdict"
        marks={
          <>
            <StatePill state={stateName(sweep.state)} />
            <LivePill status={status} />
          </>
        }
        note={<Note snapshot={snapshot} metric={metric} />}
        actions={
          cells.length > 0 && (
            <>
              {isEnded && progress.unconfirmed.length === 0 && (
                <AddSeeds sweepId={sweepId} label="Add seeds" {...proposal(snapshot, pair)} />
              )}
              <ExportMenu
                sweepId={sweepId}
                metric={metric}
                draw={(colourOf) =>
                  matrixDrawing({ title: sweep.name, cells, pair, colourOf, wordOf: verdictWord })
                }
              />
            </>
          )
        }
      />
      <SectionNav sweepId={sweepId} current="verdict" />
      <Confirmation sweep={sweep} progress={progress} />
      {cells.length === 0 ? (
        <NoVerdict sweep={sweep} progress={progress} />
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-end gap-3">
            {pairs.length > 0 ? (
              <Chooser label="Compare">
                {(id) => (
                  <Select
                    id={id}
                    value={pair ? pairName(pair) : ''}
                    onChange={(event) => setPairChosen(event.target.value)}
                    options={pairs.map((one) => ({ value: pairName(one), label: pairName(one) }))}
                  />
                )}
              </Chooser>
            ) : (
              <OneLoss sweepId={sweepId} losses={sweep.losses} />
            )}
            <Chooser label="By">
              {(id) => (
                <Select
                  id={id}
                  value={metric}
                  onChange={(event) => setMetric(event.target.value)}
                  options={metricOptions(snapshot)}
                />
              )}
            </Chooser>
          </div>
          <Matrix cells={cells} pair={pair} open={open} onOpen={toggle} />
          {!opened && pair && <InWords cells={cells} pair={pair} />}
          {opened && (
            <div className="mt-4">
              <CellDetails
                cell={opened}
                pair={pair}
                family={comparison.family}
                runs={progress.runs}
                follow={follow}
                onClose={() => setOpen('')}
              />
            </div>
          )}
        </>
      )}
    </>
  );
}

function InWords({ cells, pair }: { cells: VerdictSnapshot['comparison']['cells']; pair: LossPair }) {
  const sentences = cells.flatMap((cell) => findPair(cell, pair)?.sentence ?? []);
  return (
    <section aria-label="In words" className="mt-4">
      <h2 className="mb-1 font-semibold">In words</h2>
      <ul className="max-w-4xl space-y-1 text-sm">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}

function Chooser({ label, children }: { label: string; children: (id: string) => React.ReactNode }) {
  const id = `choose-${label.toLowerCase()}`;
  return (
    <div className="min-w-44 max-sm:flex-1">
      <label htmlFor={id} className="mb-1 block text-muted text-xs">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

function OneLoss({ sweepId, losses }: { sweepId: number; losses: readonly string[] }) {
  return (
    <div className="flex flex-wrap items-center gap-3 text-sm">
      <p>
        {losses.length === 1 ? 'This sweep has one loss only' : 'One loss only is confirmed so far'}: there is
        nothing to compare it with.
      </p>
      {losses.length === 1 && (
        <ButtonLink size="sm" href={`/sweeps/new?from=${sweepId}`}>
          Clone and add a loss
        </ButtonLink>
      )}
    </div>
  );
}

function Note({ snapshot: { progress, comparison }, metric }: { snapshot: VerdictSnapshot; metric: string }) {
  if (comparison.cells.length === 0) return 'Which loss is better, and is the difference real?';
  const chosenBy = progress.metrics.map(metricTitle).join(', ');
  const isOwn =
    metric === '' || progress.metrics.every((name) => name.replace(/^valid\//, 'test/') === metric);
  return (
    <>
      Mean ± standard deviation on the test part over confirmation seeds. Bars are 95 % intervals of the
      difference, on one scale; verdicts hold at 5 % over all {comparison.family}{' '}
      {comparison.family === 1 ? 'comparison' : 'comparisons'} together.
      {!isOwn && <strong> Configurations and checkpoints were chosen by {chosenBy}.</strong>}
    </>
  );
}

function metricOptions({ progress, comparison }: VerdictSnapshot) {
  const own = progress.metrics.map((name) => measureTitle(name.replace(/^valid\//, ''))).join(', ');
  const others = metricsOf(comparison.cells).map((name) => ({ value: name, label: metricTitle(name) }));
  return [{ value: '', label: `What ranks: ${own}` }, ...others];
}

/** As many seeds as the cell that lacks most asks for, within reason; ten where nothing is lacking. */
function proposal({ comparison: { cells } }: VerdictSnapshot, pair: LossPair | null) {
  const wanted = cells.flatMap((cell) => {
    const found = pair && findPair(cell, pair);
    return found?.moreSeeds ? [found.moreSeeds] : [];
  });
  const arms = cells.reduce((sum, cell) => sum + cell.arms.length, 0);
  const most = Math.max(0, ...wanted);
  const total = Math.max(
    0,
    ...cells.flatMap((cell) => cell.arms.map((arm) => arm.seeds.length + arm.missing.length)),
  );
  const count = Math.max(1, Math.min(most || 10, 100 - total, 50));
  const hint =
    most === 0
      ? 'Every comparison has its verdict, or none that seeds would bring.'
      : `About ${most} more would decide the comparison that lacks most. Choose the number once: looking after each seed makes false verdicts likelier.`;
  return { count, hint, arms };
}

/** The address holds the view: it can be sent, and a reload shows the same. */
function useAddress(view: { metric: string; pair: string; cell: string }): void {
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value !== '')).toString();
  useEffect(() => {
    const wanted = query === '' ? '' : `?${query}`;
    if (location.search !== wanted) history.replaceState(null, '', `${location.pathname}${wanted}`);
  }, [query]);
}
