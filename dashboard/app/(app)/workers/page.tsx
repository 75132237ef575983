/** The workers: who is there, what they can do, what they are doing. */
import type { Metadata } from 'next';
import { WorkersView } from '@/components/workers/workersView';
import { dashboardEnv } from '@/lib/env';
import { show } from '@/lib/page';
import { listWorkers } from '@/lib/search';

export const metadata: Metadata = { title: 'Workers' };

export default async function WorkersPage() {
  return show(await listWorkers(), (workers) => (
    <WorkersView workers={workers} coordinator={addressForOthers(dashboardEnv().ADT_COORDINATOR)} />
  ));
}

/** As another machine would say it; null where the platform's gRPC is reached over loopback. */
function addressForOthers(addresses: string): string | null {
  const isLocal = /^(127\.|localhost:|\[::1\])/.test(addresses);
  return isLocal ? null : addresses;
}
