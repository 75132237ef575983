/** One attempt by the worker's own parts against a real coordinator, where a condition is hard to have by processes. */

import { join } from 'node:path';
import type { Workshop } from '@adt/worker/agent/attempt';
import { BundleCache } from '@adt/worker/agent/bundleCache';
import { CheckpointFolder } from '@adt/worker/agent/checkpointFolder';
import { CheckpointStore } from '@adt/worker/agent/checkpointStore';
import { Connection } from '@adt/worker/agent/connection';
import { Heartbeat } from '@adt/worker/agent/heartbeat';
import { runTrial } from '@adt/worker/agent/runTrial';
import { SpoolFolder } from '@adt/worker/agent/spoolFolder';
import { WorkerMetrics } from '@adt/worker/agent/workerMetrics';
import { createLog } from '@adt/worker/log';
import { describe, expect, it } from 'vitest';
import { ask, type TestCoordinator, testCoordinator } from '../contract/coordinator.js';
import { addSweep, addWorker } from '../contract/trials.js';
import { atEnd } from '../harness/cleanup.js';
import { temporaryFolder } from '../harness/temporary.js';

const WORKER = 'worker-0001';

async function openWorkshop(
  c: TestCoordinator,
  waits: { awayMs: number; lostMs: number },
): Promise<Workshop> {
  const folder = temporaryFolder('attempt');
  const log = createLog({}, () => true);
  const connection = new Connection(c.grpcAddress, c.token);
  atEnd(() => connection.close());
  const heartbeat = new Heartbeat({
    connection,
    workerId: WORKER,
    intervalMs: 1_000,
    leaseTtlMs: 30_000,
    log,
    onReturn: async () => {},
  });
  return {
    workerId: WORKER,
    threadsPerSlot: 1,
    connection,
    heartbeat,
    // NATS is away.
    bundles: await BundleCache.open({
      folder: join(folder, 'bundles'),
      objects: async () => null,
      log,
      waits,
    }),
    spools: new SpoolFolder(join(folder, 'spool')),
    checkpoints: new CheckpointStore(async () => null),
    checkpointFolders: new CheckpointFolder(join(folder, 'checkpoints')),
    checkpointSeconds: 60,
    spoolCapBytes: 2 ** 28,
    drainLeftMs: () => 60_000,
    log,
    metrics: new WorkerMetrics({ slots: 1, spoolFolder: join(folder, 'spool') }),
    drain: new AbortController().signal,
  };
}

describe('a trial whose bundle is out of reach', () => {
  it('goes back to the queue and pays nothing for it', async () => {
    const c = await testCoordinator();
    await addWorker(c.db, WORKER);
    const { trialIds } = await addSweep(c.db);
    const shop = await openWorkshop(c, { awayMs: 1, lostMs: 1 });
    const { trial } = await ask(c, c.trials, 'claimNext', { workerId: WORKER, pool: 'default' });
    await runTrial(trial ?? expect.unreachable(), shop);
    const row = await c.db.prisma.trial.findUnique({ where: { id: trialIds[0] as number } });
    expect(row).toMatchObject({ state: 'QUEUED', failures: 0, epoch: 1 });
    const { attempts } = await ask(c, c.search, 'getTrial', { trialId: trialIds[0] as number });
    expect(attempts).toMatchObject([{ outcome: 'RELEASED' }]);
  });
});
