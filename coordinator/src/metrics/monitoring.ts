/** The coordinator's port for whoever watches it: its numbers, whether it lives, whether it serves. */
import type { Database } from '@adt/prisma/client';
import { startMetricsListener } from '@adt/worker/metrics/listener';
import { addProcessMetrics } from '@adt/worker/metrics/processMetrics';
import type { LiveServer } from '../live/server.js';
import type { NatsLink } from '../nats/link.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import { Metrics } from './metrics.js';

const DEFAULT_PORT = 7072;
/** A probe waits no longer. */
const READY_WITHIN_MS = 2_000;

export type Monitoring = { metrics: Metrics; address: string; stop(): Promise<void> };

/** @throws when the port that was asked for is taken */
export async function startMonitoring(params: {
  db: Database;
  link: NatsLink;
  scheduler: Scheduler;
  live: LiveServer;
  leaseTtlMs: number;
  listen: string | null;
  /** Listening for calls, and not about to stop. */
  isServing: () => boolean;
}): Promise<Monitoring> {
  const { db, link, scheduler, live, leaseTtlMs, listen, isServing } = params;
  const metrics = new Metrics();
  const { registry } = metrics;
  metrics.watch({
    db,
    leaseTtlMs,
    leader: () => scheduler.term,
    natsConnected: () => link.current !== null,
    liveClients: () => live.clients(),
  });
  const stopProcessMetrics = addProcessMetrics(registry);
  const notReady = async (): Promise<string | null> => {
    if (!isServing()) return 'not serving';
    return (await answers(db)) ? null : 'Postgres does not answer';
  };
  const listener = await startMetricsListener({ listen, defaultPort: DEFAULT_PORT, registry, notReady });
  return {
    metrics,
    address: listener.address,
    async stop() {
      stopProcessMetrics();
      await listener.stop();
    },
  };
}

/** NATS is no condition: without it workers poll. */
async function answers({ pool }: Database): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), READY_WITHIN_MS).unref();
  });
  const asked = pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}
