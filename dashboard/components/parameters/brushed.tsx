/** The trials inside what is brushed, best first: what the lines say, in words, and the way to each trial by keyboard. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import Link from 'next/link';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Card } from '@/components/ui/card';
import { Loss } from '@/components/ui/lossMark';
import { Table, Td, Th } from '@/components/ui/table';
import { formatCount } from '@/format/number';
import { type ParallelAxis, sayValue, valueOn } from './axes';

/** More are in the CSV. */
const MOST = 20;

type BrushedProps = { trials: readonly TrialSummary[]; total: number; axes: readonly ParallelAxis[] };

export function Brushed({ trials, total, axes }: BrushedProps) {
  return (
    <Card
      flush
      title={
        <>
          Brushed{' '}
          <span className="font-normal text-muted text-sm">
            {formatCount(trials.length)} of {formatCount(total)} trials
            {trials.length > MOST && `, the best ${MOST} here, all in the CSV`}
          </span>
        </>
      }
    >
      {trials.length === 0 ? (
        <p className="px-4 py-8 text-center text-muted text-sm">
          No trial lies inside every brush. Widen one, or lift all brushes.
        </p>
      ) : (
        <Table aria-label="Brushed trials">
          <thead>
            <tr>
              <Th>Trial</Th>
              {axes.map(({ key, symbol }) => (
                <Th key={key} numeric>
                  <ParameterSymbol text={symbol} />
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {trials.slice(0, MOST).map((trial) => (
              <tr key={trial.trialId}>
                <Td>
                  <Link
                    href={`/trials/${trial.trialId}`}
                    prefetch={false}
                    className="font-medium hover:underline"
                  >
                    #{trial.number}
                  </Link>
                </Td>
                {axes.map((axis) => (
                  <Td key={axis.key} numeric>
                    {axis.key === 'loss' ? (
                      <Loss loss={trial.config?.loss ?? ''} />
                    ) : (
                      sayValue(axis, valueOn(axis.key, trial))
                    )}
                  </Td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
