/** Which loss is better, and whether the difference is real. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { VerdictView } from '@/components/verdict/verdictView';
import { show } from '@/lib/page';
import { parseId } from '@/lib/route';
import { verdictSnapshot } from '@/lib/verdict';

type Query = Record<'metric' | 'pair' | 'cell', string | string[] | undefined>;
type Props = { params: Promise<{ id: string }>; searchParams: Promise<Partial<Query>> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Verdict of sweep ${(await params).id.slice(0, 12)}` };
}

export default async function VerdictPage({ params, searchParams }: Props) {
  const sweepId = parseId((await params).id);
  if (sweepId === null) notFound();
  const { metric, pair, cell } = await searchParams;
  return show(await verdictSnapshot(sweepId, first(metric)), (snapshot) => (
    <VerdictView key={sweepId} initial={snapshot} pair={first(pair)} cell={first(cell)} />
  ));
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
