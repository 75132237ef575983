/** Chosen trials of one sweep, side by side: `?trials=7,8,9`, ids as the trials table has them. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { CompareView } from '@/components/compare/compareView';
import { readTrialIds } from '@/components/compare/snapshot';
import { compareSnapshot } from '@/lib/compare';
import { show } from '@/lib/page';
import { parseId } from '@/lib/route';

type Query = Partial<Record<'trials' | 'metric', string | string[]>>;
type Props = { params: Promise<{ id: string }>; searchParams: Promise<Query> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Compare trials of sweep ${(await params).id.slice(0, 12)}` };
}

export default async function ComparePage({ params, searchParams }: Props) {
  const sweepId = parseId((await params).id);
  if (sweepId === null) notFound();
  const { trials, metric } = await searchParams;
  const wish = { sweepId, trialIds: readTrialIds(first(trials)), metric: first(metric) };
  return show(await compareSnapshot(wish), (snapshot) => (
    <CompareView key={`${sweepId} ${wish.trialIds}`} initial={snapshot} metric={wish.metric} />
  ));
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
