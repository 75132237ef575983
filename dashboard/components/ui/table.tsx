/** A plain table in the house look: sticky head, hairlines, numbers to the right. */
import clsx from 'clsx';
import type { ComponentProps } from 'react';

/** Positioned, so that text for screen readers only, which is absolute, scrolls with it instead of widening the page. */
export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return (
    <div className="relative overflow-x-auto">
      <table className={clsx('w-full border-collapse text-sm', className)} {...rest} />
    </div>
  );
}

type Cell = { numeric?: boolean };

export function Th({ numeric = false, className, ...rest }: ComponentProps<'th'> & Cell) {
  return (
    <th
      scope="col"
      className={clsx(
        'border-line border-b px-3 py-2 font-medium text-muted text-xs whitespace-nowrap first:pl-4 last:pr-4',
        numeric ? 'text-right' : 'text-left',
        className,
      )}
      {...rest}
    />
  );
}

export function Td({ numeric = false, className, ...rest }: ComponentProps<'td'> & Cell) {
  return (
    <td
      className={clsx(
        'border-line border-b px-3 py-2 first:pl-4 last:pr-4',
        numeric && 'tabular text-right whitespace-nowrap',
        className,
      )}
      {...rest}
    />
  );
}
