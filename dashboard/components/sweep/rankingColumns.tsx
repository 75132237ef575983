/** The columns of the ranking: what they sort by and how they show it. */
import {
  createColumnHelper,
  createSortedRowModel,
  metaHelper,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_text,
  tableFeatures,
} from '@tanstack/react-table';
import clsx from 'clsx';
import Link from 'next/link';
import { Elapsed } from '@/components/time/clock';
import { Badge } from '@/components/ui/badge';
import { Loss } from '@/components/ui/lossMark';
import { StatePill } from '@/components/ui/statePill';
import { ABSENT, formatCount, formatMetric, formatParameter, formatPercent } from '@/format/number';
import { ParameterSymbol } from './parameterSymbol';
import { SEARCHED } from './parameters';
import type { RankRow } from './ranking';

type ColumnMeta = { numeric?: boolean };

export const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, text: sortFn_text },
  columnMeta: metaHelper<ColumnMeta>(),
});

const helper = createColumnHelper<typeof features, RankRow>();
const numeric = { meta: { numeric: true }, sortUndefined: 'last' } as const;

/**
 * @param metric heads the value column, say recall@50
 * @param parameters keys of the searched parameters that get a column
 */
export function rankingColumns(metric: string, parameters: readonly string[]) {
  return helper.columns([
    helper.accessor((row) => row.rank ?? undefined, {
      id: 'rank',
      header: 'Rank',
      ...numeric,
      cell: ({ getValue }) => <span className="font-medium">{getValue() ?? ABSENT}</span>,
    }),
    helper.accessor((row) => row.trials[0].number, {
      id: 'trial',
      header: 'Trial',
      cell: ({ row }) => <TrialLink row={row.original} />,
    }),
    helper.accessor((row) => row.trials[0].config?.loss ?? '', {
      id: 'loss',
      header: 'Loss',
      cell: ({ getValue }) => <Loss loss={getValue()} />,
    }),
    helper.accessor((row) => row.best, {
      id: 'best',
      header: metric,
      ...numeric,
      cell: ({ row }) => <Best row={row.original} />,
    }),
    ...SEARCHED.filter(({ key }) => parameters.includes(key)).map(({ key, symbol }) =>
      helper.accessor((row) => row.trials[0].config?.[key], {
        id: key,
        header: () => <ParameterSymbol text={symbol} />,
        ...numeric,
        cell: ({ getValue }) => <Parameter value={getValue()} />,
      }),
    ),
    helper.accessor((row) => seedOf(row), {
      id: 'seed',
      header: 'Seed',
      ...numeric,
      cell: ({ row }) =>
        row.original.trials.length === 1 ? seedOf(row.original) : `${row.original.trials.length} seeds`,
    }),
    helper.accessor('state', {
      header: 'State',
      cell: ({ getValue, row }) => (
        <span className="inline-flex items-center gap-1.5">
          <StatePill state={getValue()} />
          {row.original.confirms && <Badge>confirm</Badge>}
        </span>
      ),
    }),
    helper.accessor((row) => (row.trials.length === 1 ? row.trials[0].bestStep : undefined), {
      id: 'step',
      header: 'At iteration',
      ...numeric,
      cell: ({ getValue }) => {
        const step = getValue();
        return step === undefined ? ABSENT : formatCount(step);
      },
    }),
    helper.accessor('progress', {
      header: 'Progress',
      ...numeric,
      cell: ({ getValue }) => <Progress share={getValue()} />,
    }),
    helper.accessor((row) => durationMs(row), {
      id: 'duration',
      header: 'Duration',
      ...numeric,
      cell: ({ row }) => <Duration row={row.original} />,
    }),
    helper.accessor((row) => row.trials[0].config?.model ?? '', { id: 'model', header: 'Model' }),
    helper.accessor((row) => row.trials[0].config?.dataset ?? '', { id: 'dataset', header: 'Data set' }),
  ]);
}

function TrialLink({ row }: { row: RankRow }) {
  const [trial, ...others] = row.trials;
  return (
    <Link
      href={`/trials/${trial.trialId}`}
      className="tabular rounded-sm text-accent underline-offset-2 hover:underline"
    >
      #{trial.number}
      {others.length > 0 && ` +${others.length}`}
    </Link>
  );
}

function Best({ row }: { row: RankRow }) {
  return (
    <>
      <span className={clsx(row.rank === 1 && 'font-semibold')}>{formatMetric(row.best)}</span>
      {row.trials.length > 1 && (
        <span className="text-muted">
          {row.sd !== undefined && ` ± ${formatMetric(row.sd)}`} ({row.measured})
        </span>
      )}
    </>
  );
}

function Parameter({ value }: { value: number | undefined }) {
  return value === undefined ? <span className="text-muted">{ABSENT}</span> : formatParameter(value);
}

function Progress({ share }: { share: number }) {
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className="h-1 w-12 overflow-hidden rounded-full bg-sunken">
        <span className="block h-full bg-line-strong" style={{ width: `${100 * share}%` }} />
      </span>
      <span className="w-10">{formatPercent(share)}</span>
    </span>
  );
}

function Duration({ row }: { row: RankRow }) {
  const [trial, ...others] = row.trials;
  if (others.length > 0 || trial.startedMs === undefined) return ABSENT;
  return <Elapsed fromMs={trial.startedMs} toMs={trial.endedMs} />;
}

function durationMs(row: RankRow): number | undefined {
  const [trial] = row.trials;
  return trial.startedMs === undefined ? undefined : (trial.endedMs ?? Date.now()) - trial.startedMs;
}

function seedOf(row: RankRow): number | undefined {
  return row.trials[0].config?.seed;
}
