/** Why there is no verdict at all, and the one thing to do about it. */
import type { ReactNode } from 'react';
import { Card } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/emptyState';
import { AddSeeds } from './addSeeds';
import type { VerdictSnapshot } from './snapshot';

export function NoVerdict({ sweep, progress }: Pick<VerdictSnapshot, 'sweep' | 'progress'>) {
  return (
    <Card>
      <EmptyState title={titleOf(progress)}>{bodyOf({ sweep, progress })}</EmptyState>
    </Card>
  );
}

function titleOf({ confirms, running }: VerdictSnapshot['progress']): string {
  if (!confirms) return 'No confirmation was asked for';
  return running ? 'The search still runs' : 'Nothing was confirmed';
}

function bodyOf({ sweep, progress }: Pick<VerdictSnapshot, 'sweep' | 'progress'>): ReactNode {
  const { confirms, running } = progress;
  if (!confirms) {
    return (
      <>
        <p>
          The seeds that chose a configuration flatter it. A verdict needs fresh ones: the best configuration
          of each loss is trained on seeds common to all losses, and read on the test part.
        </p>
        {running ? (
          <p className="mt-2">Once this sweep has ended, it can be confirmed here without searching again.</p>
        ) : (
          <div className="mt-4">
            <AddSeeds
              sweepId={sweep.sweepId}
              label="Confirm the best on fresh seeds"
              count={10}
              hint="Ten pairs can decide among 25 comparisons; five can decide none."
              arms={sweep.datasets.length * sweep.models.length * sweep.losses.length}
              variant="primary"
            />
          </div>
        )}
      </>
    );
  }
  if (running)
    return 'The best configuration of each loss is confirmed as soon as its search is over. This page shows it by itself.';
  return 'No configuration finished all search seeds, so there was nothing to confirm. The trials table says why trials failed.';
}
