'use client';
/** One worker: its slots with what they train, its machine's load, its engines, and whether it takes trials. */
import type { Worker } from '@adt/proto/gen/adt/v1/search';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { ActionButton } from '@/components/actions/actionButton';
import { useChange } from '@/components/actions/useChange';
import { Ago } from '@/components/time/clock';
import { Badge } from '@/components/ui/badge';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { formatCount } from '@/format/number';
import { LoadBars } from './loadBars';

export function WorkerCard({ worker }: { worker: Worker }) {
  const { host, pool, slots, threadsPerSlot, runningTrialIds } = worker;
  const state = stateName(worker.state);
  return (
    <li className="flex min-w-0 flex-col rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h2 className="truncate font-semibold">{host}</h2>
          <p className="truncate font-mono text-muted text-xs">{worker.workerId}</p>
        </div>
        <StatePill state={state} />
      </div>
      <Slots worker={worker} />
      <dl className="mt-3 grid grid-cols-3 gap-2 text-sm">
        <Fact label="Pool" value={pool} />
        <Fact label="Packed" value={`${formatCount(runningTrialIds.length)} of ${formatCount(slots)}`} />
        <Fact label="Threads a slot" value={formatCount(threadsPerSlot)} />
      </dl>
      {worker.load && state !== 'LOST' && <LoadBars load={worker.load} />}
      <div className="mt-auto flex flex-wrap items-center justify-between gap-2 pt-3 text-muted text-xs">
        <span className="flex flex-wrap gap-1">
          {worker.engines.map((engine) => (
            <Badge key={engine}>{engine}</Badge>
          ))}
        </span>
        <span>
          heard from <Ago ms={worker.lastSeenMs} />
        </span>
        <DrainOrResume worker={worker} />
      </div>
    </li>
  );
}

/** A lost worker has no slot to give, and one that drains none that is free for long. */
function Slots({ worker: { state, slots, runningTrialIds } }: { worker: Worker }) {
  const name = stateName(state);
  const idle = name === 'LOST' ? 0 : Math.max(0, slots - runningTrialIds.length);
  return (
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
          {name === 'DRAINING' ? 'takes none' : 'idle'}
        </li>
      ))}
    </ul>
  );
}

function DrainOrResume({ worker }: { worker: Worker }) {
  const router = useRouter();
  const drains = stateName(worker.state) === 'DRAINING';
  const resume = worker.drainRequested;
  const { change, busy } = useChange<Worker>({
    url: `/api/workers/${worker.workerId}/${resume ? 'resume' : 'drain'}`,
    done: (reply) =>
      reply.drainRequested
        ? { title: 'Worker drains', detail: 'It finishes what it has and takes no more, within seconds.' }
        : { title: 'Worker goes on', detail: 'It takes trials again within seconds.' },
    onSettled: () => router.refresh(),
  });
  const reason =
    stateName(worker.state) === 'LOST'
      ? 'It has not been heard of for a lease’s length.'
      : drains && !resume
        ? 'It is stopping by itself.'
        : null;
  return (
    <ActionButton reason={reason} busy={busy} onClick={() => void change()}>
      {resume ? 'Resume' : 'Drain'}
    </ActionButton>
  );
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="tabular truncate">{value}</dd>
    </div>
  );
}
