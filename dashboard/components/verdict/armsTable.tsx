/** The configurations that were confirmed, and what finding each has cost. */
import { TriangleAlert } from 'lucide-react';
import { Loss } from '@/components/ui/lossMark';
import { Table, Td, Th } from '@/components/ui/table';
import { ABSENT, formatCount, formatParameter } from '@/format/number';
import { formatHours } from './numbers';
import type { VerdictArm, VerdictCell } from './snapshot';

/** Beyond it a lead may be the tuning's; the coordinator flags the pairs by the same bound. */
const UNEVEN = 'Trials differ by more than 1.25 times: a lead may be due to the tuning.';

export function ArmsTable({ cell }: { cell: VerdictCell }) {
  const isUneven = cell.pairs.some(({ tunedUnevenly }) => tunedUnevenly);
  return (
    <>
      <Table>
        <thead>
          <tr>
            <Th>Loss</Th>
            <Th>Configuration</Th>
            <Th numeric>Configurations tried</Th>
            <Th numeric>Trials</Th>
            <Th numeric>Time</Th>
            <Th numeric>Seeds confirmed</Th>
            <Th>Missing</Th>
          </tr>
        </thead>
        <tbody>
          {cell.arms.map((arm) => (
            <tr key={arm.loss}>
              <Td>
                <Loss loss={arm.loss} />
              </Td>
              <Td className="tabular min-w-40">{configurationText(arm)}</Td>
              <Td numeric>{formatCount(arm.tuning?.configurations ?? 0)}</Td>
              <Td numeric>{formatCount(arm.tuning?.trials ?? 0)}</Td>
              <Td numeric>{arm.tuning ? formatHours(arm.tuning) : ABSENT}</Td>
              <Td numeric>{formatCount(arm.seeds.length)}</Td>
              <Td className="min-w-40 text-muted">{missingText(arm)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
      {isUneven && (
        <p className="mt-2 flex items-center gap-1.5 text-sm text-warn">
          <TriangleAlert aria-hidden size={14} className="shrink-0" />
          {UNEVEN}
        </p>
      )}
    </>
  );
}

function configurationText({ configuration }: VerdictArm): string {
  const parts = Object.entries(configuration).map(([name, value]) => `${name} ${formatParameter(value)}`);
  return parts.join(', ') || ABSENT;
}

function missingText({ missing }: VerdictArm): string {
  const byReason = new Map<string, number[]>();
  for (const { seed, reason } of missing) byReason.set(reason, [...(byReason.get(reason) ?? []), seed]);
  return (
    [...byReason]
      .map(
        ([reason, seeds]) => `${seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds`} ${reason}`,
      )
      .join('; ') || 'none'
  );
}
