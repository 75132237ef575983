/** One trial. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { TrialView } from '@/components/trial/trialView';
import { show } from '@/lib/page';
import { parseId } from '@/lib/route';
import { trialSnapshot } from '@/lib/snapshots';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Trial ${(await params).id.slice(0, 12)}` };
}

export default async function TrialPage({ params }: Props) {
  const trialId = parseId((await params).id);
  if (trialId === null) notFound();
  return show(await trialSnapshot(trialId), (snapshot) => <TrialView key={trialId} initial={snapshot} />);
}
