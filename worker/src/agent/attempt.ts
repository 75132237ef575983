/** What one attempt at a trial consists of, from its claim to its outcome. */
import type { ClaimedTrial } from '@adt/proto/gen/adt/v1/trial';
import type { Log } from '../log.js';
import type { BundleCache } from './bundleCache.js';
import type { CheckpointFolder } from './checkpointFolder.js';
import { CheckpointKeeper } from './checkpointKeeper.js';
import type { CheckpointStore } from './checkpointStore.js';
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
  checkpoints: CheckpointStore;
  checkpointFolders: CheckpointFolder;
  /** A validation saves when the last save is this long ago. */
  checkpointSeconds: number;
  spoolCapBytes: number;
  /** How long a checkpoint that is out of reach is waited for; default CHECKPOINT_WAIT_MS. */
  checkpointWaitMs?: number;
  /** Milliseconds until a drain must be over; its whole time while there is none. */
  drainLeftMs(): number;
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
  keeper: CheckpointKeeper;
  /** Folder for what the trainer saves. */
  folder: string;
  log: Log;
  /** Gives back lease, stream, spool and files. */
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
    spoolCapBytes: shop.spoolCapBytes,
    log,
    onDecision: (decision) => orders.obey(decision),
    onPoison: () => orders.give('BROKEN'),
  });
  const folder = shop.checkpointFolders.create(trialId, epoch);
  const keeper = new CheckpointKeeper({
    ref,
    store: shop.checkpoints,
    connection: shop.connection,
    reporter,
    log,
    onFenced: () => orders.give('FENCED'),
  });
  const close = async (): Promise<void> => {
    shop.drain.removeEventListener('abort', onDrain);
    await keeper.close();
    folder.delete();
    await reporter.close();
    spool.delete();
    letGo();
  };
  return { claimed, ref, orders, reporter, keeper, folder: folder.path, log, close };
}
