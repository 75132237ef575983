'use client';
/** How a cell of the trials table looks. */
import Link from 'next/link';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Elapsed } from '@/components/time/clock';
import { Badge } from '@/components/ui/badge';
import { Loss } from '@/components/ui/lossMark';
import { StatePill } from '@/components/ui/statePill';
import { measureTitle } from '@/format/metric';
import { ABSENT, formatCount, formatMetric, formatParameter } from '@/format/number';
import { formatDuration } from '@/format/time';
import { type Column, columnOf } from './columns';
import type { TrialRow } from './rows';

/** A column's title; the objective's name stands for "Best". */
export function ColumnTitle({ id, metric }: { id: string; metric: string }) {
  return <ParameterSymbol text={columnTitle(id, metric)} />;
}

/** In plain text. */
export function columnTitle(id: string, metric: string): string {
  const k = /@(\d+)$/.exec(metric)?.[1];
  if (id === 'best_value') return `Best ${measureTitle(metric.split('/')[1] ?? metric)}`;
  if (id === 'ndcg' && k !== undefined) return `NDCG@${k}`;
  return columnOf(id).title;
}

export function TrialCell({ row, column }: { row: TrialRow; column: Column }) {
  const value = row.cells[column.id];
  switch (column.id) {
    case 'number':
      return <NumberLink row={row} />;
    case 'state':
      return <StatePill state={row.state} />;
    case 'loss':
      return <Loss loss={String(value ?? '')} />;
    case 'seed':
      return row.group ? seedsText(row.group.trials) : plain(value, String);
    case 'best_value':
      return <Mean value={value} sd={row.group?.bestSd} n={row.group?.measured} />;
    case 'ndcg':
      return <Mean value={value} sd={row.group?.ndcgSd} />;
    case 'epsilon_at_best':
      return plain(value, (number) => formatMetric(Number(number)));
    case 'last_step':
      return <Steps row={row} />;
    case 'best_step':
    case 'attempts':
      return plain(value, (number) => formatCount(Number(number)));
    case 'duration':
      return <Duration row={row} />;
    case 'dataset':
    case 'model':
    case 'worker':
      return plain(value, String);
    default:
      return plain(value, (number) => formatParameter(Number(number)));
  }
}

function plain(value: number | string | undefined, format: (value: number | string) => string) {
  return value === undefined ? <span className="text-muted">{ABSENT}</span> : format(value);
}

function seedsText(seeds: number): string {
  return seeds === 1 ? '1 seed' : `${seeds} seeds`;
}

function NumberLink({ row }: { row: TrialRow }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <Link
        href={`/trials/${row.id}`}
        prefetch={false}
        className="tabular rounded-sm text-accent underline-offset-2 hover:underline"
      >
        #{row.cells.number}
      </Link>
      {row.confirms && <Badge>confirm</Badge>}
    </span>
  );
}

function Mean({ value, sd, n }: { value: number | string | undefined; sd?: number; n?: number }) {
  if (value === undefined) return <span className="text-muted">{ABSENT}</span>;
  return (
    <>
      {formatMetric(Number(value))}
      <span className="text-muted">
        {sd !== undefined && ` ± ${formatMetric(sd)}`}
        {n !== undefined && ` (${n})`}
      </span>
    </>
  );
}

function Steps({ row: { cells, totalSteps } }: { row: TrialRow }) {
  const step = Math.round(Number(cells.last_step ?? 0));
  if (totalSteps === 0) return <span className="text-muted">{ABSENT}</span>;
  return (
    <>
      {formatCount(step)}
      <span className="text-muted"> / {formatCount(totalSteps)}</span>
    </>
  );
}

function Duration({ row }: { row: TrialRow }) {
  const seconds = row.cells.duration;
  if (seconds !== undefined) return formatDuration(1000 * Number(seconds));
  if (row.state !== 'RUNNING' || row.startedMs === null || row.group !== null)
    return <span className="text-muted">{ABSENT}</span>;
  return <Elapsed fromMs={row.startedMs} toMs={undefined} />;
}
