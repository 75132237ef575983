/** How far a sweep is, by state: done, pruned, failed, cancelled, running, queued. */
import type { TrialCounts } from '@adt/proto/gen/adt/v1/search';
import clsx from 'clsx';
import { formatCount } from '@/format/number';

const SEGMENTS = [
  { key: 'succeeded', word: 'done', colour: 'bg-succeeded' },
  { key: 'pruned', word: 'pruned', colour: 'bg-pruned' },
  { key: 'failed', word: 'failed', colour: 'bg-failed' },
  { key: 'cancelled', word: 'cancelled', colour: 'bg-cancelled hatched' },
  { key: 'running', word: 'running', colour: 'bg-running' },
  { key: 'queued', word: 'queued', colour: 'bg-queued' },
] as const satisfies { key: keyof TrialCounts; word: string; colour: string }[];

export function trialTotal(counts: TrialCounts | undefined): number {
  return counts === undefined ? 0 : SEGMENTS.reduce((sum, { key }) => sum + counts[key], 0);
}

export function trialsEnded(counts: TrialCounts | undefined): number {
  return trialTotal(counts) - (counts?.queued ?? 0) - (counts?.running ?? 0);
}

/** @param legend also names the counts in words */
export function ProgressBar({
  counts,
  legend = false,
}: {
  counts: TrialCounts | undefined;
  legend?: boolean;
}) {
  const total = trialTotal(counts);
  const parts = SEGMENTS.map((segment) => ({ ...segment, count: counts?.[segment.key] ?? 0 })).filter(
    ({ count }) => count > 0,
  );
  const words = parts.map(({ word, count }) => `${formatCount(count)} ${word}`).join(', ') || 'no trials';
  return (
    <div className="min-w-0">
      <div role="img" aria-label={words} className="flex h-2 gap-px overflow-hidden rounded-full bg-sunken">
        {parts.map(({ key, colour, count }) => (
          <span
            key={key}
            className={clsx('h-full min-w-[3px]', colour)}
            style={{ width: `${(100 * count) / total}%` }}
          />
        ))}
      </div>
      {legend && (
        <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-sm">
          {parts.map(({ key, word, colour, count }) => (
            <li key={key} className="flex items-center gap-1.5">
              <span aria-hidden className={clsx('size-2 rounded-full', colour)} />
              <span className="tabular text-fg">{formatCount(count)}</span> {word}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
