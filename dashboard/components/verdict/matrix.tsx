'use client';
/** The matrix: a row a data set, a column a model, in each cell what the losses reached and the verdict on two of them. */
import clsx from 'clsx';
import { TriangleAlert } from 'lucide-react';
import { Fragment } from 'react';
import { Badge } from '@/components/ui/badge';
import { Loss } from '@/components/ui/lossMark';
import { measureTitle } from '@/format/metric';
import { formatMetric } from '@/format/number';
import { IntervalBar, sharedReach } from './intervalBar';
import { formatP, signedPercent } from './numbers';
import { bestLosses, cellKey, findPair, type LossPair, spreadOf, type VerdictCell } from './snapshot';
import { VerdictBadge } from './verdictBadge';

type MatrixProps = {
  cells: readonly VerdictCell[];
  pair: LossPair | null;
  /** Key of the cell whose details are shown. */
  open: string;
  onOpen: (key: string) => void;
};

export function Matrix({ cells, pair, open, onOpen }: MatrixProps) {
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))];
  const models = [...new Set(cells.map(({ model }) => model))];
  const judged = cells.flatMap((cell) => (pair && findPair(cell, pair)) ?? []);
  const reach = sharedReach(judged);
  return (
    <div className="sm:overflow-x-auto">
      <table
        aria-label="Verdicts by data set and model"
        className="block w-full border-separate border-spacing-3 sm:-ml-3 sm:table sm:w-[calc(100%+1.5rem)]"
      >
        <thead className="max-sm:sr-only">
          <tr>
            <td />
            {models.map((model) => (
              <th key={model} scope="col" className="min-w-64 px-1 text-left font-semibold">
                {model}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="block sm:table-row-group">
          {datasets.map((dataset) => (
            <tr key={dataset} className="mb-4 block space-y-3 sm:table-row">
              <th
                scope="row"
                className="block text-left align-top font-semibold sm:table-cell sm:max-w-32 sm:pt-3.5"
              >
                {dataset}
              </th>
              {models.map((model) => {
                const cell = cells.find((one) => one.dataset === dataset && one.model === model);
                if (cell === undefined)
                  return (
                    <td key={model} className={clsx(BOX, 'border-line border-dashed text-muted text-sm')}>
                      {model}: nothing is confirmed yet
                    </td>
                  );
                const isOpen = open === cellKey(cell);
                return (
                  <Cell key={model} cell={cell} pair={pair} reach={reach} isOpen={isOpen} onOpen={onOpen} />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {judged.length > 0 && (
        <p className="text-muted text-xs">
          Bars run from {signedPercent(-reach)} to {signedPercent(reach)} in every cell; the box is the 95 %
          interval, coloured by the loss that won.
        </p>
      )}
    </div>
  );
}

const BOX = 'relative block min-w-0 rounded-lg border p-3.5 align-top sm:table-cell';

type CellProps = {
  cell: VerdictCell;
  pair: LossPair | null;
  reach: number;
  isOpen: boolean;
  onOpen: (key: string) => void;
};

function Cell({ cell, pair, reach, isOpen, onOpen }: CellProps) {
  const { dataset, model, metric } = cell;
  const found = pair === null ? undefined : findPair(cell, pair);
  const best = bestLosses(cell);
  return (
    <td
      className={clsx(
        BOX,
        'bg-surface hover:border-line-strong has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
        isOpen ? 'border-ink' : 'border-line',
      )}
    >
      <div className="mb-2.5 flex items-center justify-between gap-2">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => onOpen(cellKey(cell))}
          className="text-left font-medium text-sm after:absolute after:inset-0 focus-visible:outline-none"
        >
          <span className="sr-only">Details of {dataset}, </span>
          <span className="sm:sr-only">{model} · </span>
          <span className="font-normal text-muted">{measureTitle(metric.replace(/^test\//, ''))}</span>
        </button>
        {found && <VerdictBadge verdict={found.verdict} />}
      </div>
      <dl className="grid grid-cols-[auto_1fr_auto] items-baseline gap-x-3 gap-y-1 text-sm">
        {cell.arms.map((arm) => {
          const spread = spreadOf(arm, metric);
          const isBest = best.includes(arm.loss);
          return (
            <Fragment key={arm.loss}>
              <dt>
                <Loss loss={arm.loss} />
              </dt>
              <dd className={clsx('tabular text-right', isBest && 'font-bold')}>
                {formatMetric(spread?.mean)}
                {spread?.sd !== undefined && (
                  <span className={isBest ? '' : 'text-muted'}> ± {formatMetric(spread.sd)}</span>
                )}
                {isBest && <span className="sr-only"> best</span>}
              </dd>
              <dd className="tabular text-muted text-xs" title="confirmation seeds">
                n = {spread?.n ?? 0}
              </dd>
            </Fragment>
          );
        })}
      </dl>
      {found ? (
        <div className="mt-3">
          <div className="flex items-baseline justify-between gap-2 text-xs">
            <span className="text-muted">
              {found.loss} vs {found.reference}
            </span>
            <span className="tabular font-semibold text-base">
              {signedPercent(found.difference?.relative)}
            </span>
          </div>
          <IntervalBar pair={found} reach={reach} />
          <div className="mt-1 flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-muted text-xs">
            <span className="tabular">
              p {formatP(found.adjustedP)} <span title="corrected over all comparisons">Holm</span>
            </span>
            <Effort found={found} />
          </div>
        </div>
      ) : (
        <p className="mt-3 text-muted text-xs">{whyNoPair(cell, pair)}</p>
      )}
    </td>
  );
}

function Effort({ found }: { found: NonNullable<ReturnType<typeof findPair>> }) {
  const words = `${found.tuning?.trials ?? 0} : ${found.referenceTuning?.trials ?? 0} trials`;
  if (!found.tunedUnevenly) return <span className="tabular">tuned {words}</span>;
  return (
    <Badge tone="warn">
      <TriangleAlert aria-hidden size={12} />
      uneven, {words}
    </Badge>
  );
}

function whyNoPair({ arms }: VerdictCell, pair: LossPair | null): string {
  if (arms.length < 2) return 'One loss only: there is nothing to compare it with.';
  const absent = pair && [pair.loss, pair.reference].filter((loss) => !arms.some((arm) => arm.loss === loss));
  return absent && absent.length > 0
    ? `${absent.join(' and ')} is not confirmed here.`
    : 'No such comparison.';
}
