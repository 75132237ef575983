/** Every attempt at a trial: who, how long, how it ended, and which one superseded it. */
import type { Attempt } from '@adt/proto/gen/adt/v1/search';
import { Ago, Elapsed } from '@/components/time/clock';
import { Card } from '@/components/ui/card';
import { stateName } from '@/components/ui/stateName';
import { StatePill } from '@/components/ui/statePill';
import { Table, Td, Th } from '@/components/ui/table';
import { ABSENT, formatCount } from '@/format/number';
import { StderrTail } from './failure';

export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const newestFirst = [...attempts].sort((a, b) => b.epoch - a.epoch);
  return (
    <Card title="Attempts" flush={attempts.length > 0}>
      {attempts.length === 0 ? (
        <p className="text-muted text-sm">No worker has taken it yet. It starts when a slot is free.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th numeric>#</Th>
              <Th>Outcome</Th>
              <Th>Reason</Th>
              <Th>Worker</Th>
              <Th>Engine</Th>
              <Th numeric>Points</Th>
              <Th numeric>Started</Th>
              <Th numeric>Duration</Th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map((attempt, at) => (
              <AttemptRow key={attempt.epoch} attempt={attempt} successor={newestFirst[at - 1]} />
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

function AttemptRow({ attempt, successor }: { attempt: Attempt; successor: Attempt | undefined }) {
  return (
    <tr className={successor ? 'text-muted' : ''}>
      <Td numeric>{attempt.epoch}</Td>
      <Td>
        <StatePill state={attempt.outcome === '' ? 'RUNNING' : stateName(attempt.outcome)} />
      </Td>
      <Td className="min-w-48">
        {attempt.reason || (attempt.exitCode === undefined ? ABSENT : `exit code ${attempt.exitCode}`)}
        {successor && (
          <span className="block text-xs">
            {successor.resumeStep === 0
              ? `Superseded by attempt ${successor.epoch}: its points are not in the curves.`
              : `Attempt ${successor.epoch} went on from iteration ${formatCount(successor.resumeStep)}: later points are not in the curves.`}
          </span>
        )}
        {attempt.pointsDropped > 0 && (
          <span className="block text-xs">
            {formatCount(attempt.pointsDropped)} points are missing: the worker's disk allowance was used up.
            Only the curve of the objective is whole.
          </span>
        )}
        {attempt.stderrTail && (
          <details className="mt-1 text-xs">
            <summary>Last lines of stderr</summary>
            <StderrTail text={attempt.stderrTail} />
          </details>
        )}
      </Td>
      <Td className="max-w-40 truncate">{attempt.workerId}</Td>
      <Td>{attempt.engine || ABSENT}</Td>
      <Td numeric>{formatCount(attempt.ackedSeq)}</Td>
      <Td numeric>
        <Ago ms={attempt.startedMs} />
      </Td>
      <Td numeric>
        <Elapsed fromMs={attempt.startedMs} toMs={attempt.endedMs} />
      </Td>
    </tr>
  );
}
