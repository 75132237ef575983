'use client';
/** What early stopping did: a row a rung, every judged trial at its value, hollow where it was stopped. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import Link from 'next/link';
import { useMemo } from 'react';
import { ChartFrame } from '@/components/plots/chartFrame';
import { lossEntries, useHidden } from '@/components/plots/chartLegend';
import { LossMark, lossColourVariable } from '@/components/ui/lossMark';
import { metricTitle } from '@/format/metric';
import { formatCount, formatMetric } from '@/format/number';
import { useFetched } from '@/live/useFetched';
import { stratumOf } from '../ranking';
import { type Judged, ladderOf, type Rung } from './judged';
import { placeOf, rungDrawing, type ValueRange, valuesOf } from './rungDrawing';

type RungLadderProps = {
  sweep: SweepSummary;
  /** Those that are compared: one data set and model. */
  trials: readonly TrialSummary[];
  metric: string;
  change: number;
};

export function RungLadder({ sweep, trials, metric, change }: RungLadderProps) {
  const { value } = useFetched<{ judged: Judged[]; more: boolean }>(
    `/api/sweeps/${sweep.sweepId}/rungs`,
    change,
  );
  const first = trials[0];
  const { hidden, onToggle } = useHidden();
  const ladder = useMemo(() => {
    const own = (value?.judged ?? []).filter(
      ({ dataset, model }) => first !== undefined && `${dataset} · ${model}` === stratumOf(first),
    );
    return ladderOf(own, sweep.maximize);
  }, [value, first, sweep.maximize]);
  const idOf = useMemo(() => new Map(trials.map(({ number, trialId }) => [number, trialId])), [trials]);
  const rungs = useMemo(() => ladder.filter(({ loss }) => !hidden.includes(loss)), [ladder, hidden]);
  const range = valuesOf(rungs);
  // A sweep without early stopping has no ladder to miss.
  if (valuesOf(ladder) === null) return null;
  const judged = rungs.reduce((sum, rung) => sum + rung.judged.length, 0);
  const kept = rungs.reduce((sum, rung) => sum + rung.kept, 0);
  return (
    <ChartFrame
      title="Rung ladder"
      unit={`${metricTitle(metric)}, best until the rung`}
      summary={`Early stopping judged ${judged} times at ${rungs.length} rungs and let ${kept} go on.`}
      legend={{
        label: 'Losses of the ladder',
        entries: lossEntries([...new Set(ladder.map(({ loss }) => loss))]),
        hidden,
        onToggle,
      }}
      empty={range === null ? 'All losses are hidden: switch one on in the legend.' : null}
      digest={digestOf(rungs)}
      table={() => tableOf(rungs)}
      draw={(colourOf) => rungDrawing(rungs, colourOf)}
      note={
        <>
          filled: goes on · hollow: stopped · point at a dot for the reason
          {value?.more && ' · the beginning of a longer log'}
        </>
      }
    >
      <ul className="space-y-1">
        {rungs.map((rung) => (
          <li
            key={`${rung.loss}/${rung.bracket}/${rung.step}`}
            className="grid gap-x-3 border-line border-b py-1 last:border-0 sm:grid-cols-[17rem_1fr] sm:items-center"
          >
            <RungFacts rung={rung} />
            {range && <Strip rung={rung} range={range} idOf={idOf} />}
          </li>
        ))}
      </ul>
      <div aria-hidden className="tabular flex justify-between text-muted text-xs sm:ml-[17.75rem]">
        <span>{formatMetric(range?.low)}</span>
        <span>{formatMetric(range?.high)}</span>
      </div>
    </ChartFrame>
  );
}

function RungFacts({ rung: { loss, bracket, step, judged, kept } }: { rung: Rung }) {
  return (
    <p className="tabular flex flex-wrap items-center gap-x-2 text-sm">
      <LossMark loss={loss} /> {loss}
      <span className="text-muted">
        {bracket > 0 && `bracket ${bracket}, `}iteration {formatCount(step)}
      </span>
      <span className="ml-auto">
        {kept} <span className="text-muted">of {judged.length} go on</span>
      </span>
    </p>
  );
}

type StripProps = { rung: Rung; range: ValueRange; idOf: ReadonlyMap<number, number> };

function Strip({ rung, range, idOf }: StripProps) {
  const colour = `var(${lossColourVariable(rung.loss)})`;
  return (
    <div className="relative mx-2 h-5">
      <span aria-hidden className="absolute inset-x-0 top-1/2 h-px bg-line" />
      {rung.judged.map(({ trial, value, prune, reason }) => {
        const words = `#${trial} ${formatMetric(value)}, ${prune ? 'stopped' : 'goes on'}: ${reason}`;
        const id = idOf.get(trial);
        return value === null || id === undefined ? null : (
          <Link
            key={trial}
            href={`/trials/${id}`}
            prefetch={false}
            title={words}
            aria-label={words}
            className="-translate-x-1/2 -translate-y-1/2 absolute top-1/2 size-3 rounded-full border-2 hover:z-10 hover:scale-150"
            style={{
              left: `${100 * placeOf(value, range)}%`,
              borderColor: colour,
              background: prune ? 'var(--surface)' : colour,
            }}
          />
        );
      })}
    </div>
  );
}

function digestOf(rungs: readonly Rung[]) {
  const rows = rungs.map(({ loss, bracket, step, judged, kept, cut }) => [
    loss,
    bracket,
    step,
    judged.length,
    kept,
    cut,
  ]);
  return { columns: ['loss', 'bracket', 'iteration', 'judged', 'went on', 'worst that went on'], rows };
}

function tableOf(rungs: readonly Rung[]) {
  const rows = rungs.flatMap(({ judged }) =>
    judged.map(({ loss, bracket, step, trial, value, prune, reason }) => [
      loss,
      bracket,
      step,
      trial,
      value,
      prune ? 'stopped' : 'goes on',
      reason,
    ]),
  );
  return { columns: ['loss', 'bracket', 'iteration', 'trial', 'value', 'decision', 'reason'], rows };
}
