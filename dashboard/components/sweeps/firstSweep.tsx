/** The home page before the first sweep: three ways to begin. */
import { BookOpen, FileCode2, Scale } from 'lucide-react';
import Link from 'next/link';
import { LivePill } from '@/components/shell/livePill';
import { PageHeader } from '@/components/shell/page';
import { EmptyState } from '@/components/ui/emptyState';
import type { LiveStatus } from '@/live/feed';

const STARTS = [
  {
    href: '/sweeps/new?template=quick',
    Icon: Scale,
    title: 'Quick T-CE vs R-CE',
    text: 'GMF with CE, T-CE and R-CE on the built-in data, then six fresh seeds of the best for a first verdict. A few minutes on two cores.',
  },
  {
    href: '/sweeps/new?template=paper',
    Icon: BookOpen,
    title: 'Reproduce the paper',
    text: 'The grid of Table 3 for GMF, NeuMF and CDAE on the paper’s data sets that are stored here, then ten fresh seeds. Look at the forecast first.',
  },
  {
    href: '/sweeps/new?template=blank',
    Icon: FileCode2,
    title: 'Blank YAML',
    text: 'Write the search space yourself; the form beside it follows.',
  },
] as const;

export function FirstSweep({ status }: { status: LiveStatus }) {
  return (
    <>
      <PageHeader title="Sweeps" marks={<LivePill status={status} />} />
      <EmptyState title="No sweeps yet">
        A sweep trains a recommender with many settings of a denoising loss, ranks what it finds, and says
        whether the difference is real.
      </EmptyState>
      <ul className="mx-auto grid max-w-4xl gap-3 sm:grid-cols-3">
        {STARTS.map(({ href, Icon, title, text }) => (
          <li key={href}>
            <Link
              href={href}
              className="block h-full rounded-lg border border-line bg-surface p-5 transition-colors hover:border-line-strong"
            >
              <Icon aria-hidden size={20} className="text-accent" />
              <span className="mt-3 block font-semibold">{title}</span>
              <span className="mt-1 block text-muted text-sm">{text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
