/** Nothing here yet: why, and what to do next. */
import type { ReactNode } from 'react';

export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-xl px-4 py-10 text-center">
      <p className="font-semibold text-lg">{title}</p>
      <div className="mt-1 text-muted">{children}</div>
    </div>
  );
}
