'use client';
/** The workers: who is there, how busy, what each trains; drained and resumed here. */
import type { Worker } from '@adt/proto/gen/adt/v1/search';
import { PageHeader } from '@/components/shell/page';
import { RefreshWhileVisible } from '@/components/shell/refreshWhileVisible';
import { EmptyState } from '@/components/ui/emptyState';
import { stateName } from '@/components/ui/stateName';
import { formatCount } from '@/format/number';
import { AddWorker } from './addWorker';
import { WorkerCard } from './workerCard';

type WorkersViewProps = {
  workers: readonly Worker[];
  /** host:port at which workers reach the platform; null: it listens on this machine alone. */
  coordinator: string | null;
};

export function WorkersView({ workers, coordinator }: WorkersViewProps) {
  const here = workers.filter(({ state }) => stateName(state) !== 'LOST');
  const slots = here.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = workers.reduce((sum, worker) => sum + worker.runningTrialIds.length, 0);
  return (
    <>
      <PageHeader
        title="Workers"
        note={
          workers.length === 0
            ? 'A worker trains as many trials at once as it has slots.'
            : `${formatCount(here.length)} ${here.length === 1 ? 'worker' : 'workers'} · ${formatCount(busy)} of ${formatCount(slots)} slots busy`
        }
        actions={<AddWorker coordinator={coordinator} />}
      />
      <RefreshWhileVisible />
      {workers.length === 0 ? (
        <EmptyState title="No workers">
          Trials wait until one comes. <code className="font-mono">npm start</code> brings one along; “Add
          worker” says how to start another.
        </EmptyState>
      ) : (
        <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {workers.map((worker) => (
            <WorkerCard key={worker.workerId} worker={worker} />
          ))}
        </ul>
      )}
    </>
  );
}
