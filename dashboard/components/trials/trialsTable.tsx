'use client';
/** The table itself: only the rows in sight exist, and those around them are fetched before they come into sight. */
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useKeys } from '@/components/keyboard/keys';
import { type Column, shownColumns } from './columns';
import { HeadCell } from './headCell';
import { compareAddress, trialsOf } from './selection';
import { BodyRow, ROW_PX, SkeletonRow } from './tableRows';
import type { TrialRows } from './useTrialRows';
import type { View } from './view';

/** Rows beyond the edges that are drawn. */
const OVERSCAN = 20;

type TrialsTableProps = {
  sweepId: number;
  metric: string;
  maximize: boolean;
  view: View;
  rows: TrialRows;
  chosen: ReadonlySet<number>;
  onChosen: (chosen: ReadonlySet<number>) => void;
  onChange: (part: Partial<View>) => void;
};

export function TrialsTable(props: TrialsTableProps) {
  const { sweepId, metric, view, rows, chosen, onChosen, onChange } = props;
  const { window: held, measured } = rows;
  const scroller = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(-1);
  const columns = useMemo(() => shownColumns(view.columns), [view.columns]);
  const lefts = pinnedLefts(columns);
  const virtual = useVirtualizer({
    count: held.size,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    initialRect: { width: 1200, height: 640 },
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => held.want(first, last), [held, first, last]);
  // Another view begins at its top.
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
    setCurrent(-1);
    void held;
  }, [held]);

  const goTo = (index: number) => {
    const bounded = Math.max(0, Math.min(held.size - 1, index));
    setCurrent(bounded);
    virtual.scrollToIndex(bounded, { align: 'auto' });
  };
  useFocusedRow(scroller, current, items.length);
  const toggle = useCallback(
    (ids: readonly number[]) => {
      const next = new Set(chosen);
      const isChosen = ids.every((id) => chosen.has(id));
      for (const id of ids) isChosen ? next.delete(id) : next.add(id);
      onChosen(next);
    },
    [chosen, onChosen],
  );
  const router = useRouter();
  useKeys([
    { key: 'j', does: 'next trial', run: () => goTo(current + 1) },
    { key: 'k', does: 'previous trial', run: () => goTo(current - 1) },
    {
      key: 'x',
      does: 'select the trial, or give it up',
      run: () => {
        const row = held.row(current);
        if (row) toggle(trialsOf(row));
      },
    },
    {
      key: 'c',
      does: 'compare the selected trials',
      run: () => {
        if (chosen.size > 0) router.push(compareAddress(sweepId, chosen));
      },
    },
  ]);

  const ranges = useMemo(
    () => new Map(view.heatMap ? measured.ranges.map((range) => [range.field, range]) : []),
    [view.heatMap, measured.ranges],
  );
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const widthPx = columns.reduce((sum, column) => sum + column.widthPx, 0);
  return (
    <section
      ref={scroller}
      aria-label="Trials"
      aria-busy={rows.loading}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className={clsx(
        'max-h-[calc(100vh-17rem)] min-h-72 overflow-auto overscroll-contain [overflow-anchor:none]',
        rows.loading && 'opacity-60',
      )}
    >
      <table
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
        style={{ minWidth: widthPx }}
        aria-rowcount={held.size + 1}
      >
        <colgroup>
          {columns.map(({ id, widthPx: px }) => (
            <col key={id} style={{ width: px }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                leftPx={lefts.get(column.id)}
                metric={metric}
                maximize={props.maximize}
                view={view}
                onChange={onChange}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer px={above} columns={columns.length} />
          {items.map(({ index, key }) => {
            const row = held.row(index);
            if (row === undefined)
              return <SkeletonRow key={key} index={index} columns={columns} lefts={lefts} />;
            return (
              <BodyRow
                key={key}
                index={index}
                row={row}
                columns={columns}
                lefts={lefts}
                ranges={ranges}
                isCurrent={index === current}
                isChosen={trialsOf(row).every((id) => chosen.has(id))}
                onToggle={toggle}
              />
            );
          })}
          <Spacer px={below} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

/** The focus follows the current row: Enter then opens it, and a screen reader says it. */
function useFocusedRow(
  scroller: React.RefObject<HTMLDivElement | null>,
  current: number,
  drawn: number,
): void {
  const focused = useRef(-1);
  useEffect(() => {
    if (current < 0 || focused.current === current || drawn === 0) return;
    const link = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${current}"] a`);
    if (!link) return;
    focused.current = current;
    link.focus({ preventScroll: true });
  });
}

/** Where pinned columns stand while the table scrolls sideways. */
function pinnedLefts(columns: readonly Column[]): Map<string, number> {
  let left = 0;
  const lefts = new Map<string, number>();
  for (const { id, widthPx, pinned } of columns) {
    if (pinned) lefts.set(id, left);
    left += widthPx;
  }
  return lefts;
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
