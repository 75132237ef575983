/** One sweep. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { SweepView } from '@/components/sweep/sweepView';
import { show } from '@/lib/page';
import { parseId } from '@/lib/route';
import { sweepSnapshot } from '@/lib/snapshots';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Sweep ${(await params).id.slice(0, 12)}` };
}

export default async function SweepPage({ params }: Props) {
  const sweepId = parseId((await params).id);
  if (sweepId === null) notFound();
  return show(await sweepSnapshot(sweepId), (snapshot) => <SweepView key={sweepId} initial={snapshot} />);
}
