'use client';
/** What each worker did when: a bar an attempt, in the colour of its loss, hollow where it gave no result. */
import type { ListAttemptsReply } from '@adt/proto/gen/adt/v1/search';
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { ChartFrame } from '@/components/plots/chartFrame';
import { lossEntries, useHidden } from '@/components/plots/chartLegend';
import { useNow } from '@/components/time/clock';
import { lossColourVariable } from '@/components/ui/lossMark';
import { Skeleton } from '@/components/ui/skeleton';
import { formatCount } from '@/format/number';
import { formatDuration } from '@/format/time';
import { useFetched } from '@/live/useFetched';
import { type PlacedAttempt, type Timeline, timelineOf } from './lanes';
import { gaveResult, LANE, timelineDrawing, timeTicks } from './timelineDrawing';

type TimelineChartProps = {
  sweepId: number;
  losses: readonly string[];
  /** Grows with each attempt that began or ended. */
  change: number;
};

/** Open attempts grow this often. */
const MOVES_EVERY_MS = 2_000;

const OUTCOMES: Record<string, string> = {
  '': 'running',
  SUCCEEDED: 'done',
  PRUNED: 'stopped early',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  LOST: 'worker lost',
  RELEASED: 'handed back',
};

export function TimelineChart({ sweepId, losses, change }: TimelineChartProps) {
  const { value, problem } = useFetched<ListAttemptsReply>(`/api/sweeps/${sweepId}/attempts`, change);
  const now = useNow(MOVES_EVERY_MS);
  const { hidden, onToggle } = useHidden();
  const timeline = useMemo(() => {
    const shown = (value?.attempts ?? []).filter(({ loss }) => !hidden.includes(loss));
    return timelineOf(shown, now);
  }, [value, hidden, now]);
  const table = () => tableOf(timeline);
  const busy = timeline?.rows.flatMap(({ attempts }) => attempts) ?? [];
  return (
    <ChartFrame
      title="Timeline"
      unit="time since the first attempt"
      summary={`${busy.length} attempts on ${timeline?.rows.length ?? 0} workers, ${busy.filter(({ endedMs }) => endedMs === undefined).length} of them running.`}
      legend={{ label: 'Losses of the timeline', entries: lossEntries(losses), hidden, onToggle }}
      digest={digestOf(timeline)}
      table={table}
      draw={(colourOf) => timeline && timelineDrawing(timeline, colourOf, formatDuration)}
      empty={value === null ? problem?.detail : timeline === null && whyNone(value.attempts.length)}
      note={
        <>
          colour: loss · hollow: ended without a result · arrow keys move, Enter opens the trial
          {value?.more && ` · the newest ${formatCount(value.attempts.length)} attempts`}
        </>
      }
    >
      {timeline === null ? <Skeleton className="h-24" /> : <Lanes timeline={timeline} />}
    </ChartFrame>
  );
}

function whyNone(attempts: number): string {
  return attempts > 0
    ? 'All losses are hidden: switch one on in the legend.'
    : 'No worker has taken a trial yet. Is one running? See Workers.';
}

function Lanes({ timeline }: { timeline: Timeline }) {
  const [marked, setMarked] = useState<PlacedAttempt | null>(null);
  const router = useRouter();
  const all = timeline.rows.flatMap(({ attempts }) => attempts);
  const open = (attempt: PlacedAttempt | null) => attempt && router.push(`/trials/${attempt.trialId}`);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') open(marked);
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (move === 0) return;
    event.preventDefault();
    const at = all.findIndex((one) => keyOf(one) === (marked && keyOf(marked)));
    setMarked(all[Math.min(all.length - 1, Math.max(0, at + move))] ?? null);
  };
  return (
    <div
      role="application"
      aria-label={`Timeline of ${all.length} attempts. Arrow keys move between them, Enter opens the trial.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys need focus
      tabIndex={0}
      data-attempts={all.length}
      onKeyDown={onKeyDown}
      onPointerLeave={() => setMarked(null)}
    >
      <div className="max-h-96 space-y-2 overflow-y-auto">
        {timeline.rows.map((row) => (
          <div
            key={row.workerId}
            className="grid grid-cols-[6rem_1fr] items-start gap-2 sm:grid-cols-[10rem_1fr]"
          >
            <span className="truncate font-mono text-xs leading-4" title={row.workerId}>
              {row.workerId}
            </span>
            <Bars
              timeline={timeline}
              lanes={row.lanes}
              attempts={row.attempts}
              onMark={setMarked}
              onOpen={open}
            />
          </div>
        ))}
      </div>
      <Ticks timeline={timeline} />
      <p role="status" className="tabular min-h-5 text-center text-sm">
        {marked && sayAttempt(marked, timeline)}
      </p>
    </div>
  );
}

type BarsProps = {
  timeline: Timeline;
  lanes: number;
  attempts: readonly PlacedAttempt[];
  onMark: (attempt: PlacedAttempt) => void;
  onOpen: (attempt: PlacedAttempt) => void;
};

/** One SVG a worker, stretched to the width: 2,000 bars are 2,000 rectangles and nothing else. */
function Bars({ timeline: { fromMs, toMs }, lanes, attempts, onMark, onOpen }: BarsProps) {
  const x = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * 1000;
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 1000 ${lanes * LANE}`}
      preserveAspectRatio="none"
      className="w-full rounded-sm bg-sunken"
      style={{ height: lanes * LANE }}
    >
      {attempts.map((attempt) => {
        const colour = `var(${lossColourVariable(attempt.loss)})`;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the timeline around it has the keys
          <rect
            key={keyOf(attempt)}
            x={x(attempt.startedMs)}
            y={attempt.lane * LANE + 2}
            width={Math.max(1.5, x(attempt.untilMs) - x(attempt.startedMs))}
            height={LANE - 4}
            className="cursor-pointer"
            vectorEffect="non-scaling-stroke"
            style={{ stroke: colour, fill: gaveResult(attempt) ? colour : 'var(--surface)' }}
            onPointerEnter={() => onMark(attempt)}
            onClick={() => onOpen(attempt)}
          />
        );
      })}
    </svg>
  );
}

function Ticks({ timeline }: { timeline: Timeline }) {
  const ticks = timeTicks(timeline, 5);
  return (
    <div aria-hidden className="mt-1 ml-[6.5rem] sm:ml-[10.5rem]">
      <div className="relative h-4 text-muted text-xs">
        {ticks.map((ms) => (
          <span
            key={ms}
            className="tabular -translate-x-1/2 absolute whitespace-nowrap first:translate-x-0"
            style={{ left: `${(100 * ms) / (timeline.toMs - timeline.fromMs)}%` }}
          >
            {formatDuration(ms)}
          </span>
        ))}
      </div>
    </div>
  );
}

function keyOf({ trialId, epoch }: PlacedAttempt): string {
  return `${trialId}/${epoch}`;
}

function sayAttempt(attempt: PlacedAttempt, { fromMs }: Timeline): string {
  const { number, loss, epoch, outcome, startedMs, untilMs } = attempt;
  const which = epoch > 1 ? `, attempt ${epoch}` : '';
  return `#${number} ${loss}${which}: ${OUTCOMES[outcome] ?? outcome}, ${formatDuration(untilMs - startedMs)} from ${formatDuration(startedMs - fromMs)} on`;
}

function tableOf(timeline: Timeline | null) {
  const rows = (timeline?.rows ?? []).flatMap(({ workerId, attempts }) =>
    attempts.map(({ number, loss, epoch, startedMs, endedMs, outcome }) => [
      workerId,
      number,
      loss,
      epoch,
      new Date(startedMs).toISOString(),
      endedMs === undefined ? null : new Date(endedMs).toISOString(),
      OUTCOMES[outcome] ?? outcome,
    ]),
  );
  return { columns: ['worker', 'trial', 'loss', 'attempt', 'started', 'ended', 'outcome'], rows };
}

function digestOf(timeline: Timeline | null) {
  const rows = (timeline?.rows ?? []).map(({ workerId, attempts }) => [
    workerId,
    attempts.length,
    formatDuration(attempts.reduce((sum, { startedMs, untilMs }) => sum + untilMs - startedMs, 0)),
  ]);
  return { columns: ['worker', 'attempts', 'busy'], rows };
}
