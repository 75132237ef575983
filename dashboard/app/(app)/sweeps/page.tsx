/** Home: all sweeps, newest first, live. */
import type { Metadata } from 'next';
import { SweepsBoard } from '@/components/sweeps/sweepsBoard';
import { show } from '@/lib/page';
import { sweepsSnapshot } from '@/lib/snapshots';

export const metadata: Metadata = { title: 'Sweeps' };

export default async function SweepsPage() {
  return show(await sweepsSnapshot(), (snapshot) => <SweepsBoard initial={snapshot} />);
}
