/** How far the confirmation is: a bar while it runs, what is missing, and why a loss has no verdict yet. */
import type { ComparedSweep } from '@adt/proto/gen/adt/v1/results';
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import Link from 'next/link';
import { Card } from '@/components/ui/card';
import { ProgressBar, trialsEnded, trialTotal } from '@/components/ui/progressBar';
import { formatCount } from '@/format/number';

export function Confirmation({ sweep, progress }: { sweep: SweepSummary; progress: ComparedSweep }) {
  const { running, confirmationEnded: ended, confirmationTrials: all, unconfirmed, extendedBy } = progress;
  if (!running && unconfirmed.length === 0 && extendedBy.length === 0) return null;
  return (
    <Card className="mb-4">
      {running && (
        <>
          <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-2 text-sm">
            <span className="font-medium">
              {all === 0 ? 'The search goes on' : 'Confirmation is running'}
            </span>
            <span className="tabular text-muted">
              {all === 0
                ? `${formatCount(trialsEnded(sweep.counts))} of ${formatCount(trialTotal(sweep.counts))} trials so far`
                : `${formatCount(ended)} of ${formatCount(all)} confirmation runs so far`}
            </span>
          </div>
          {all === 0 ? (
            <ProgressBar counts={sweep.counts} />
          ) : (
            <progress
              aria-label="Confirmation runs that have ended"
              value={ended}
              max={all}
              className="block h-2 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-running [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-running"
            />
          )}
        </>
      )}
      {unconfirmed.length > 0 && progress.confirms && (
        <ul className={running ? 'mt-3 space-y-0.5 text-sm' : 'space-y-0.5 text-sm'}>
          {unconfirmed.map(({ dataset, model, loss, reason }) => (
            <li key={`${dataset} ${model} ${loss}`}>
              <span className="font-medium">
                {dataset}, {model}, {loss}
              </span>{' '}
              <span className="text-muted">is not confirmed: {reason}</span>
            </li>
          ))}
        </ul>
      )}
      {extendedBy.length > 0 && (
        <p className="text-sm">
          This sweep was extended: newer verdicts with more seeds stand in{' '}
          {extendedBy.map((id, at) => (
            <span key={id}>
              {at > 0 && ', '}
              <Link href={`/sweeps/${id}/verdict`} className="font-medium underline underline-offset-2">
                sweep {id}
              </Link>
            </span>
          ))}
          .
        </p>
      )}
    </Card>
  );
}
