'use client';
/** The head of a column: a click sorts, a drag moves it; Alt and an arrow do the same from the keyboard. */
import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type DragEvent, type KeyboardEvent, useState } from 'react';
import { ColumnTitle } from './cells';
import { moveColumn } from './columnOrder';
import type { Column } from './columns';
import { place } from './tableRows';
import type { View } from './view';

type HeadCellProps = {
  column: Column;
  leftPx: number | undefined;
  metric: string;
  maximize: boolean;
  view: View;
  onChange: (part: Partial<View>) => void;
};

/** Of the data that a drag carries: nothing else is to be dropped here. */
const DRAGGED = 'application/x-adt-column';

export function HeadCell({ column, leftPx, metric, maximize, view, onChange }: HeadCellProps) {
  const { id, kind, pinned } = column;
  const [isTarget, setIsTarget] = useState(false);
  const sort = view.sort || 'best_value';
  const descending = view.sort === '' ? maximize : view.descending;
  const direction = sort === id ? (descending ? 'descending' : 'ascending') : 'none';
  const Arrow = direction === 'descending' ? ArrowDown : ArrowUp;
  const order = () => {
    const firstDown = id === 'best_value' || id === 'ndcg' ? maximize : false;
    onChange({ sort: id, descending: sort === id ? !descending : firstDown });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!event.altKey || step === undefined || pinned) return;
    event.preventDefault();
    const target = view.columns[view.columns.indexOf(id) + step];
    if (target !== undefined) onChange({ columns: moveColumn(view.columns, id, target) });
  };
  const onDrop = (event: DragEvent) => {
    setIsTarget(false);
    const moved = event.dataTransfer.getData(DRAGGED);
    if (moved === '') return;
    event.preventDefault();
    onChange({ columns: moveColumn(view.columns, moved, id) });
  };
  return (
    <th
      scope="col"
      aria-sort={direction}
      data-column={id}
      draggable={!pinned}
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, id)}
      onDragOver={(event) => {
        if (pinned || !event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setIsTarget(true);
      }}
      onDragLeave={() => setIsTarget(false)}
      onDrop={onDrop}
      style={place(leftPx)}
      className={clsx(
        'sticky top-0 border-line border-b bg-surface p-0 text-muted text-xs',
        pinned ? 'z-20 first:left-(--left) first:z-30 sm:left-(--left) sm:z-30' : 'z-20',
        isTarget && 'shadow-[inset_2px_0_var(--accent)]',
      )}
    >
      <button
        type="button"
        onClick={order}
        onKeyDown={onKeyDown}
        title={pinned ? undefined : 'Sort; drag to move, or Alt with an arrow key'}
        className={clsx(
          'flex w-full items-center gap-1 px-3 py-2 font-medium whitespace-nowrap hover:text-fg',
          kind === 'number' && !pinned && 'justify-end',
          direction !== 'none' && 'text-fg',
        )}
      >
        <ColumnTitle id={id} metric={metric} />
        <Arrow aria-hidden size={12} className={direction === 'none' ? 'invisible' : ''} />
      </button>
    </th>
  );
}
