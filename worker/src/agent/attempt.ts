/** What one attempt at a trial consists of, from its claim to its outcome. */
import type { ClaimedTrial } from '@adt/proto/gen/adt/v1/trial';
import type { Log } from '../log.js';
import type { BundleCache } from './bundleCache.js';
import type { Connection } from './connection.js';
import type { Heartbeat } from './heartbeat.js';
import { Orders } from './orders.js';
import { Reporter } from './reporter.js';
import type { SpoolFolder } from './spoolFolder.js';
import type { WorkerMetrics } from './workerMetrics.js';

/** What all attempts of a worker share. */
export type Workshop = {
  workerId: string;
  threadsPerSlot: number;
  connection: Connection;
  heartbeat: Heartbeat;
  bundles: BundleCache;
  spools: SpoolFolder;
  log: Log;
  metrics: WorkerMetrics;
  /** Aborted: hand the trials back. */
  drain: AbortSignal;
};

export type Attempt = {
  claimed: ClaimedTrial;
  /** The fence, carried by every call. */
  ref: { workerId: string; trialId: number; epoch: number };
  orders: Orders;
  reporter: Reporter;
  log: Log;
  /** Gives back lease, stream and spool. */
  close(): Promise<void>;
};

export function openAttempt(claimed: ClaimedTrial, shop: Workshop): Attempt {
  const { trialId, epoch, sweepId } = claimed;
  const ref = { workerId: shop.workerId, trialId, epoch };
  const log = shop.log.with({ sweepId, trialId, epoch });
  const orders = new Orders();
  const spool = shop.spools.create(trialId, epoch);
  const letGo = shop.heartbeat.hold({ trialId, epoch, onDecision: (decision) => orders.obey(decision) });
  const onDrain = (): void => orders.give('RELEASED');
  shop.drain.addEventListener('abort', onDrain);
  if (shop.drain.aborted) onDrain();
  const reporter = new Reporter({
    openStream: () => shop.connection.reportMetrics(),
    spool,
    attempt: ref,
    objective: claimed.config?.select ?? '',
    log,
    onDecision: (decision) => orders.obey(decision),
    onPoison: () => orders.give('BROKEN'),
  });
  const close = async (): Promise<void> => {
    shop.drain.removeEventListener('abort', onDrain);
    await reporter.close();
    spool.delete();
    letGo();
  };
  return { claimed, ref, orders, reporter, log, close };
}
