'use client';
/** Rows of the trials table: one that is here, and the shape of one on its way. */
import type { FieldRange } from '@adt/proto/gen/adt/v1/table';
import clsx from 'clsx';
import { type CSSProperties, memo } from 'react';
import { TrialCell } from './cells';
import type { Column } from './columns';
import { heatColour, heatOf } from './heat';
import type { TrialRow } from './rows';
import { trialsOf } from './selection';

export const ROW_PX = 34;

type Placed = { index: number; columns: readonly Column[]; lefts: ReadonlyMap<string, number> };

type BodyRowProps = Placed & {
  row: TrialRow;
  ranges: ReadonlyMap<string, FieldRange>;
  isCurrent: boolean;
  isChosen: boolean;
  onToggle: (ids: readonly number[]) => void;
};

export const BodyRow = memo(function BodyRow(props: BodyRowProps) {
  const { index, row, columns, lefts, ranges, isCurrent, isChosen, onToggle } = props;
  return (
    <tr
      data-index={index}
      data-trial={row.id}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      aria-current={isCurrent || undefined}
      style={{ height: ROW_PX }}
      className={clsx('group', isChosen && 'bg-accent-soft')}
    >
      {columns.map((column) => {
        const heat = heatOf(row.cells[column.id], ranges.get(column.id));
        return (
          <td
            key={column.id}
            style={{
              ...place(lefts.get(column.id)),
              ...(heat !== null && { backgroundColor: heatColour(heat) }),
            }}
            className={cellClass(column, isChosen, isCurrent)}
          >
            {column.id === 'number' ? (
              <span className="flex items-center gap-2">
                <input
                  type="checkbox"
                  tabIndex={-1}
                  aria-label={`Select trial ${row.cells.number}`}
                  checked={isChosen}
                  onChange={() => onToggle(trialsOf(row))}
                />
                <TrialCell row={row} column={column} />
              </span>
            ) : (
              <TrialCell row={row} column={column} />
            )}
          </td>
        );
      })}
    </tr>
  );
});

export function SkeletonRow({ index, columns, lefts }: Placed) {
  return (
    <tr data-index={index} data-blank aria-rowindex={index + 2} style={{ height: ROW_PX }}>
      {columns.map((column) => (
        <td key={column.id} style={place(lefts.get(column.id))} className={cellClass(column, false, false)}>
          <span aria-hidden className="block h-2.5 w-2/3 rounded-sm bg-sunken" />
        </td>
      ))}
    </tr>
  );
}

/** As a variable, so that a phone, which has room for one pinned column, may pass over it. */
export function place(leftPx: number | undefined): CSSProperties {
  return leftPx === undefined ? {} : ({ '--left': `${leftPx}px` } as CSSProperties);
}

function cellClass({ kind, pinned }: Column, isChosen: boolean, isCurrent: boolean): string {
  return clsx(
    'truncate border-line border-b px-3 py-0 whitespace-nowrap',
    kind === 'number' && !pinned && 'tabular text-right',
    pinned && 'left-(--left) z-10 first:sticky sm:sticky',
    pinned && (isChosen ? 'bg-accent-soft' : 'bg-surface group-hover:bg-sunken'),
    !pinned && 'group-hover:bg-sunken/60',
    isCurrent && 'shadow-[inset_0_1px_var(--accent),inset_0_-1px_var(--accent)]',
  );
}
