/** From one screen of a sweep to the next; the current one is marked for eyes and for screen readers. */
import clsx from 'clsx';
import Link from 'next/link';
import { SWEEP_SECTIONS, type SweepSectionId } from './sections';

export function SectionNav({ sweepId, current }: { sweepId: number; current: SweepSectionId }) {
  return (
    <nav aria-label="Screens of the sweep" className="mb-4 flex gap-4 overflow-x-auto border-line border-b">
      {SWEEP_SECTIONS.map(({ id, title, path }) => (
        <Link
          key={id}
          href={`/sweeps/${sweepId}${path}`}
          aria-current={id === current ? 'page' : undefined}
          className={clsx(
            '-mb-px border-b-2 pb-2 whitespace-nowrap',
            id === current ? 'border-ink font-medium text-fg' : 'border-transparent text-muted hover:text-fg',
          )}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
