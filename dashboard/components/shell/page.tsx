/** The frame of a page's content: where you are, its title, what you can do. */
import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';

type PageHeaderProps = {
  title: ReactNode;
  /** From the root to the parent. */
  trail?: readonly { href: string; title: string }[];
  /** Beside the title: state, live pill. */
  marks?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
};

export function PageHeader({ title, trail = [], marks, note, actions }: PageHeaderProps) {
  return (
    <header className="mb-5">
      {trail.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-1 flex items-center gap-1 text-muted text-sm">
          {trail.map((step) => (
            <span key={step.href} className="flex min-w-0 items-center gap-1">
              <Link href={step.href} className="truncate hover:text-fg hover:underline">
                {step.title}
              </Link>
              <ChevronRight aria-hidden size={13} className="shrink-0" />
            </span>
          ))}
        </nav>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 font-semibold text-xl">{title}</h1>
        {marks}
        {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {note && <p className="mt-1 text-muted text-sm">{note}</p>}
    </header>
  );
}
