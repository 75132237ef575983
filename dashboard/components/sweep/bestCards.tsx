/** The best configuration of each loss, side by side. */
import Link from 'next/link';
import { LossMark, lossColourVariable } from '@/components/ui/lossMark';
import { measureTitle } from '@/format/metric';
import { formatCount, formatMetric } from '@/format/number';
import { ParameterList } from './parameterList';
import type { RankRow } from './ranking';
import { testMeans } from './testMeans';

type BestCardsProps = {
  best: readonly [string, RankRow | null][];
  metric: string;
  leader: RankRow | null;
  /** More trials may still change the order. */
  running: boolean;
};

export function BestCards({ best, metric, leader, running }: BestCardsProps) {
  return (
    <ul className="grid gap-3 md:grid-cols-3">
      {best.map(([loss, row]) => (
        <li
          key={loss}
          className="relative min-w-0 overflow-hidden rounded-lg border border-line bg-surface p-4 pl-5"
        >
          <span
            aria-hidden
            className="absolute inset-y-0 left-0 w-1"
            style={{ background: `var(${lossColourVariable(loss)})` }}
          />
          <div className="flex items-center justify-between gap-2">
            <h3 className="flex items-center gap-1.5 font-semibold">
              <LossMark loss={loss} /> {loss}
            </h3>
            {row !== null && row.key === leader?.key && (
              <span className="rounded-sm bg-sunken px-1.5 text-xs leading-5">
                {running ? 'best so far' : 'best'}
              </span>
            )}
          </div>
          {row === null ? (
            <p className="mt-2 text-muted text-sm">Nothing measured yet.</p>
          ) : (
            <BestRow row={row} metric={metric} />
          )}
        </li>
      ))}
    </ul>
  );
}

function BestRow({ row, metric }: { row: RankRow; metric: string }) {
  const [trial] = row.trials;
  return (
    <>
      <p className="tabular mt-1.5 flex flex-wrap items-baseline gap-x-2">
        <Link href={`/trials/${trial.trialId}`} className="rounded-sm font-semibold text-2xl hover:underline">
          {formatMetric(row.best)}
        </Link>
        <span className="text-muted text-sm">
          {row.sd !== undefined && `± ${formatMetric(row.sd)} `}
          {measureTitle(metric.split('/')[1] ?? metric)}
        </span>
      </p>
      <p className="mt-1 text-sm">
        <ParameterList config={trial.config} />
      </p>
      <p className="tabular mt-1.5 flex flex-wrap gap-x-3 text-muted text-xs">
        <span>
          {row.measured === 1 ? `trial #${trial.number}` : `mean of ${formatCount(row.measured)} seeds`}
        </span>
        {testMeans(row.trials).map(({ measure, mean }) => (
          <span key={measure} className="whitespace-nowrap">
            test {measureTitle(measure)} <span className="text-fg">{formatMetric(mean)}</span>
          </span>
        ))}
      </p>
    </>
  );
}
