'use client';
/** Sweeps as rows and as cards: the same facts in the same order. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import Link from 'next/link';
import { Ago } from '@/components/time/clock';
import { Loss } from '@/components/ui/lossMark';
import { ProgressBar, trialsEnded, trialTotal } from '@/components/ui/progressBar';
import { sweepStateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { Table, Td, Th } from '@/components/ui/table';
import { formatCount, formatMetric } from '@/format/number';
import { SlotTime, TimeLeft } from './cost';
import type { Costs } from './useCosts';

type ListProps = { sweeps: readonly SweepSummary[]; costs: Costs };

export function SweepTable({ sweeps, costs }: ListProps) {
  // A column of nothing tells nothing: on one machine nobody is named.
  const owned = sweeps.some(({ owner }) => owner !== '');
  return (
    <div className="hidden overflow-hidden rounded-lg border border-line bg-surface lg:block">
      <Table>
        <thead>
          <tr>
            <Th>Sweep</Th>
            <Th>State</Th>
            <Th>Data sets</Th>
            <Th>Losses</Th>
            <Th className="w-52">Progress</Th>
            <Th numeric>Best</Th>
            <Th numeric>Slot time</Th>
            <Th numeric>Left</Th>
            {owned && <Th>Owner</Th>}
            <Th numeric>Created</Th>
          </tr>
        </thead>
        <tbody className="[&>tr:last-child>td]:border-b-0">
          {sweeps.map((sweep) => (
            <tr key={sweep.sweepId} className="hover:bg-sunken/60">
              <Td className="max-w-80">
                <SweepLink sweep={sweep} />
              </Td>
              <Td>
                <StatePill state={sweepStateName(sweep)} />
              </Td>
              <Td className="max-w-48 truncate">{sweep.datasets.join(', ')}</Td>
              <Td>
                <Losses losses={sweep.losses} />
              </Td>
              <Td>
                <Progress sweep={sweep} />
              </Td>
              <Td numeric>
                <Best sweep={sweep} />
              </Td>
              <Td numeric>
                <SlotTime cost={costs.get(sweep.sweepId)} />
              </Td>
              <Td numeric className="text-muted">
                <TimeLeft sweep={sweep} cost={costs.get(sweep.sweepId)} />
              </Td>
              {owned && <Td className="max-w-32 truncate text-muted">{sweep.owner}</Td>}
              <Td numeric className="text-muted">
                <Ago ms={sweep.createdMs} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

export function SweepCards({ sweeps, costs }: ListProps) {
  return (
    <ul className="grid gap-3 sm:grid-cols-2 lg:hidden">
      {sweeps.map((sweep) => (
        <li key={sweep.sweepId} className="min-w-0 space-y-2.5 rounded-lg border border-line bg-surface p-4">
          <div className="flex items-start justify-between gap-2">
            <SweepLink sweep={sweep} />
            <StatePill state={sweepStateName(sweep)} />
          </div>
          <Progress sweep={sweep} />
          <div className="flex flex-wrap justify-between gap-x-4 gap-y-1 text-sm">
            <Losses losses={sweep.losses} />
            <span className="min-w-0 truncate text-muted">{sweep.datasets.join(', ')}</span>
          </div>
          <div className="flex justify-between gap-2 text-sm">
            <Best sweep={sweep} />
            <span className="text-muted">
              <Ago ms={sweep.createdMs} />
            </span>
          </div>
          {sweepStateName(sweep) === 'RUNNING' && (
            <p className="text-muted text-sm">
              <TimeLeft sweep={sweep} cost={costs.get(sweep.sweepId)} /> left
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function SweepLink({ sweep }: { sweep: SweepSummary }) {
  return (
    <Link href={`/sweeps/${sweep.sweepId}`} className="block min-w-0 rounded-sm">
      <span className="block truncate font-medium hover:underline">{sweep.name}</span>
      <span className="text-muted text-xs">
        #{sweep.sweepId} · {sweep.models.join(', ')}
      </span>
    </Link>
  );
}

function Losses({ losses }: { losses: string[] }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {losses.map((loss) => (
        <Loss key={loss} loss={loss} />
      ))}
    </span>
  );
}

function Progress({ sweep }: { sweep: SweepSummary }) {
  return (
    <div className="flex items-center gap-2.5">
      <div className="min-w-0 flex-1">
        <ProgressBar counts={sweep.counts} />
      </div>
      <span className="tabular text-muted text-xs whitespace-nowrap">
        {formatCount(trialsEnded(sweep.counts))} / {formatCount(trialTotal(sweep.counts))}
      </span>
    </div>
  );
}

function Best({ sweep }: { sweep: SweepSummary }) {
  return (
    <span className="tabular whitespace-nowrap">
      <span className="font-medium">{formatMetric(sweep.bestValue)}</span>{' '}
      <span className="text-muted text-xs">{sweep.metric.replace(/^valid\//, '')}</span>
    </span>
  );
}
