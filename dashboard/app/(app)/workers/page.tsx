/** The workers: who is there, what they can do, what they are doing. */
import type { Worker } from '@adt/proto/gen/adt/v1/search';
import type { Metadata } from 'next';
import Link from 'next/link';
import { PageHeader } from '@/components/shell/page';
import { RefreshWhileVisible } from '@/components/shell/refreshWhileVisible';
import { Ago } from '@/components/time/clock';
import { Badge } from '@/components/ui/badge';
import { EmptyState } from '@/components/ui/emptyState';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { formatCount } from '@/format/number';
import { show } from '@/lib/page';
import { listWorkers } from '@/lib/search';

export const metadata: Metadata = { title: 'Workers' };

export default async function WorkersPage() {
  return show(await listWorkers(), (workers) => (
    <>
      <PageHeader title="Workers" note="A worker trains as many trials at once as it has slots." />
      <RefreshWhileVisible />
      {workers.length === 0 ? (
        <EmptyState title="No workers">
          Trials wait until one comes. <code className="font-mono">npm start</code> brings one along.
        </EmptyState>
      ) : (
        <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {workers.map((worker) => (
            <WorkerCard key={worker.workerId} worker={worker} />
          ))}
        </ul>
      )}
    </>
  ));
}

function WorkerCard({ worker }: { worker: Worker }) {
  const { host, pool, slots, threadsPerSlot, runningTrialIds } = worker;
  // A lost worker has no slot to give.
  const isHere = stateName(worker.state) !== 'LOST';
  const idle = isHere ? Math.max(0, slots - runningTrialIds.length) : 0;
  return (
    <li className="min-w-0 rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="truncate font-semibold">{host}</h2>
          <p className="truncate font-mono text-muted text-xs">{worker.workerId}</p>
        </div>
        <StatePill state={stateName(worker.state)} />
      </div>
      <ul aria-label="Slots" className="mt-3 flex flex-wrap gap-1.5">
        {runningTrialIds.map((trialId) => (
          <li key={trialId}>
            <Link
              href={`/trials/${trialId}`}
              className="block rounded-md border border-running bg-accent-soft px-2 py-0.5 text-accent text-sm hover:underline"
            >
              trial {trialId}
            </Link>
          </li>
        ))}
        {Array.from({ length: idle }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: idle slots have no other name
          <li key={at} className="rounded-md border border-line border-dashed px-2 py-0.5 text-muted text-sm">
            idle
          </li>
        ))}
      </ul>
      <dl className="mt-3 grid grid-cols-3 gap-2 text-sm">
        <Fact label="Pool" value={pool} />
        <Fact label="Slots" value={formatCount(slots)} />
        <Fact label="Threads a slot" value={formatCount(threadsPerSlot)} />
      </dl>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-2 text-muted text-xs">
        <span className="flex flex-wrap gap-1">
          {worker.engines.map((engine) => (
            <Badge key={engine}>{engine}</Badge>
          ))}
        </span>
        <span>
          heard from <Ago ms={worker.lastSeenMs} />
        </span>
      </div>
    </li>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="truncate">{value}</dd>
    </div>
  );
}
