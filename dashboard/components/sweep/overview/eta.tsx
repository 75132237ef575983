'use client';
/** When the sweep will be done, by the coordinator's forecast; renewed with each trial that ends. */
import type { Forecast, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useNow } from '@/components/time/clock';
import { trialsEnded, trialTotal } from '@/components/ui/progressBar';
import { stateName } from '@/components/ui/stateName';
import { etaMs, formatDuration } from '@/format/time';
import { useFetched } from '@/live/useFetched';

export function Eta({ sweep }: { sweep: SweepSummary }) {
  const isRunning = stateName(sweep.state) === 'RUNNING';
  const ended = trialsEnded(sweep.counts);
  const url = isRunning ? `/api/sweeps/${sweep.sweepId}/forecast` : null;
  const { value } = useFetched<{ forecast?: Forecast }>(url, ended);
  const nowMs = useNow(1_000);
  if (!isRunning) return null;
  const text = value?.forecast ? sayForecast(value.forecast, nowMs) : sayPace(sweep, ended, nowMs);
  return (
    <p suppressHydrationWarning className="tabular mt-3 text-muted text-sm">
      {text}
    </p>
  );
}

function sayForecast(
  { wallSeconds, slots, unknownTrials, reasons, usedSlotSeconds, madeMs }: Forecast,
  nowMs: number,
) {
  const used = `${formatDuration(1000 * usedSlotSeconds)} of slot time used`;
  if (wallSeconds === undefined)
    return `${reasons[0] ?? 'No slot serves the pool of this sweep: start a worker to get a finish time'} · ${used}`;
  const left = (seconds: number) => formatDuration(Math.max(0, 1000 * seconds - (nowMs - madeMs)));
  const bound = unknownTrials === 0 ? 'about' : 'more than';
  return (
    <>
      <strong className="font-medium text-fg">
        {bound} {left(wallSeconds.p50)} left
      </strong>
      , with 90 % certainty under {left(wallSeconds.p90)} · {slots} {slots === 1 ? 'slot' : 'slots'} · {used}
    </>
  );
}

/** Until the forecast is here. */
function sayPace({ counts, createdMs }: SweepSummary, ended: number, nowMs: number): string {
  const left = etaMs({ ended, total: trialTotal(counts), createdMs, nowMs });
  return left === null
    ? 'Estimating the time left.'
    : `about ${formatDuration(left)} left at the pace so far`;
}
