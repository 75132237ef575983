/** The parameters of a sweep side by side. */
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ParametersView } from '@/components/parameters/parametersView';
import { show } from '@/lib/page';
import { parseId } from '@/lib/route';
import { sweepRows } from '@/lib/snapshots';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Parameters · Sweep ${(await params).id.slice(0, 12)}` };
}

export default async function ParametersPage({ params }: Props) {
  const sweepId = parseId((await params).id);
  if (sweepId === null) notFound();
  return show(await sweepRows(sweepId), (snapshot) => <ParametersView key={sweepId} initial={snapshot} />);
}
