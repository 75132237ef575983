/** A surface with an optional title row. */
import clsx from 'clsx';
import type { ReactNode } from 'react';

type CardProps = {
  title?: ReactNode;
  /** Right end of the title row. */
  actions?: ReactNode;
  /** Content goes to the edges, say a table. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
};

export function Card({ title, actions, flush = false, className, children }: CardProps) {
  return (
    <section className={clsx('min-w-0 rounded-lg border border-line bg-surface', className)}>
      {title !== undefined && (
        <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b px-4 py-2.5">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </header>
      )}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}
