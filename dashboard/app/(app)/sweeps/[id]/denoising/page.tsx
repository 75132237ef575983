/** What the losses of a sweep did to false positives. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { choiceOf } from '@/components/denoising/denoisingSnapshot';
import { DenoisingView } from '@/components/denoising/denoisingView';
import { denoisingSnapshot } from '@/lib/denoising';
import { show } from '@/lib/page';
import { parseId } from '@/lib/route';

type Props = { params: Promise<{ id: string }>; searchParams: Promise<Record<string, string | string[]>> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Denoising · Sweep ${(await params).id.slice(0, 12)}` };
}

export default async function DenoisingPage({ params, searchParams }: Props) {
  const sweepId = parseId((await params).id);
  if (sweepId === null) notFound();
  const { on, trials } = await searchParams;
  const query = new URLSearchParams();
  if (typeof on === 'string') query.set('on', on);
  if (typeof trials === 'string') query.set('trials', trials);
  const choice = choiceOf(query);
  return show(await denoisingSnapshot(sweepId, choice), (snapshot) => (
    <DenoisingView key={sweepId} initial={snapshot} choice={choice} />
  ));
}
