/** The home page before the first sweep: two ways to begin. */
import { FileCode2, Scale } from 'lucide-react';
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
    text: 'GMF with all three losses on the built-in data set. About a minute on two cores.',
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
        A sweep trains a recommender with many settings of a denoising loss and ranks what it finds.
      </EmptyState>
      <ul className="mx-auto grid max-w-2xl gap-3 sm:grid-cols-2">
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
