'use client';
/** The ranking: sortable, and only the rows in sight exist, so that 50,000 of them scroll like 50. */
import { type ReactTable, type Row, type SortingState, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { parametersOf } from './parameters';
import type { RankRow } from './ranking';
import { features, rankingColumns } from './rankingColumns';

type RankTable = ReactTable<typeof features, RankRow>;
type Header = ReturnType<RankTable['getHeaderGroups']>[number]['headers'][number];

const ROW_PX = 36;
/** A shorter ranking is shown whole; a longer one scrolls in its own box. */
const LONG = 60;
/** Rows beyond the edges, so that fast scrolling shows no gaps. */
const OVERSCAN = 12;

export function RankingTable({ rows, metric }: { rows: RankRow[]; metric: string }) {
  const [sorting, setSorting] = useState<SortingState>([{ id: 'rank', desc: false }]);
  const parameters = parametersOf(rows.map((row) => row.trials[0].config)).join();
  const columns = useMemo(() => rankingColumns(metric, parameters.split(',')), [metric, parameters]);
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (row) => row.key,
    state: { sorting },
    onSortingChange: setSorting,
    enableSortingRemoval: false,
    enableMultiSort: false,
  });
  const scroller = useRef<HTMLDivElement>(null);
  const sorted = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    initialRect: { width: 1200, height: 600 },
  });
  const visible = virtual.getVirtualItems();
  const above = visible[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (visible.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroller}
      aria-label="Ranking"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className={clsx('overflow-auto overscroll-x-contain', sorted.length > LONG && 'max-h-[80vh]')}
    >
      <table className="w-full border-collapse text-sm" aria-rowcount={sorted.length + 1}>
        <thead className="sticky top-0 z-10 bg-surface">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <HeadCell key={header.id} table={table} header={header} />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Spacer px={above} columns={columns.length} />
          {visible.map((item) => {
            const row = sorted[item.index];
            return row && <BodyRow key={row.id} table={table} row={row} index={item.index} />;
          })}
          <Spacer px={below} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

function HeadCell({ table, header }: { table: RankTable; header: Header }) {
  const direction = header.column.getIsSorted();
  const isNumeric = header.column.columnDef.meta?.numeric;
  const Arrow = direction === 'desc' ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none'}
      className="whitespace-nowrap p-0 text-muted text-xs shadow-[inset_0_-1px_var(--line)]"
    >
      <button
        type="button"
        onClick={header.column.getToggleSortingHandler()}
        className={clsx(
          'flex w-full items-center gap-1 px-3 py-2 font-medium hover:text-fg',
          isNumeric && 'justify-end',
          direction && 'text-fg',
        )}
      >
        <table.FlexRender header={header} />
        <Arrow aria-hidden size={12} className={direction ? '' : 'invisible'} />
      </button>
    </th>
  );
}

type BodyRowProps = { table: RankTable; row: Row<typeof features, RankRow>; index: number };

function BodyRow({ table, row, index }: BodyRowProps) {
  return (
    <tr aria-rowindex={index + 2} style={{ height: ROW_PX }} className="hover:bg-sunken/60">
      {row.getAllCells().map((cell) => (
        <td
          key={cell.id}
          className={clsx(
            'whitespace-nowrap border-line border-b px-3',
            cell.column.columnDef.meta?.numeric && 'tabular text-right',
          )}
        >
          <table.FlexRender cell={cell} />
        </td>
      ))}
    </tr>
  );
}

/** Stands for the rows out of sight. */
function Spacer({ px, columns }: { px: number; columns: number }) {
  if (px <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height: px, padding: 0 }} />
    </tr>
  );
}
