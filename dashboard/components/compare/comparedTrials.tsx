'use client';
/** The chosen trials as a table, a row a trial; parameters that all share can be left out. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { X } from 'lucide-react';
import Link from 'next/link';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Badge } from '@/components/ui/badge';
import { Loss } from '@/components/ui/lossMark';
import { isConfirming } from '@/components/ui/phase';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { Table, Td, Th } from '@/components/ui/table';
import { formatMetric } from '@/format/number';
import { columnsOf } from './columns';

type ComparedTrialsProps = {
  trials: readonly TrialSummary[];
  onlyDifferences: boolean;
  onRemove: (trialId: number) => void;
};

export function ComparedTrials({ trials, onlyDifferences, onRemove }: ComparedTrialsProps) {
  const columns = columnsOf(trials, onlyDifferences);
  return (
    <Table>
      <thead>
        <tr>
          <Th numeric>#</Th>
          <Th>Loss</Th>
          {columns.map(({ key, title }) => (
            <Th key={key} numeric>
              <ParameterSymbol text={title} />
            </Th>
          ))}
          <Th numeric>Best</Th>
          <Th>State</Th>
          <Th>
            <span className="sr-only">Remove</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {trials.map((trial) => (
          <tr key={trial.trialId} className="hover:bg-sunken">
            <Td numeric>
              <Link href={`/trials/${trial.trialId}`} className="font-medium underline underline-offset-2">
                #{trial.number}
              </Link>
            </Td>
            <Td>
              <span className="inline-flex items-center gap-1.5">
                <Loss loss={trial.config?.loss ?? ''} />
                {isConfirming(trial) && <Badge>confirm</Badge>}
              </span>
            </Td>
            {columns.map(({ key, textOf }) => (
              <Td key={key} numeric>
                {textOf(trial)}
              </Td>
            ))}
            <Td numeric className="font-medium">
              {formatMetric(trial.bestValue)}
            </Td>
            <Td>
              <StatePill state={stateName(trial.state)} />
            </Td>
            <Td>
              <button
                type="button"
                aria-label={`Leave trial #${trial.number} out`}
                onClick={() => onRemove(trial.trialId)}
                className="rounded-sm p-1 text-muted hover:bg-sunken hover:text-fg"
              >
                <X aria-hidden size={14} />
              </button>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
