import { join } from 'node:path';
import { BundleCache } from '@adt/worker/agent/bundleCache';
import { CheckpointFolder } from '@adt/worker/agent/checkpointFolder';
import { SpoolFolder } from '@adt/worker/agent/spoolFolder';
import { WorkerMetrics } from '@adt/worker/agent/workerMetrics';
import { createLog } from '@adt/worker/log';
import { describe, expect, it } from 'vitest';
import { testCoordinator } from '../../contract/coordinator.js';
import { addDataset, submit } from '../../contract/searching.js';
import { startTestNats } from '../../harness/nats.js';
import { temporaryFolder } from '../../harness/temporary.js';
import { SimulatedWorker } from './simulatedWorker.js';
import { sweepText } from './sweepText.js';
import { trainingOf } from './training.js';

const TRIALS = 6;
const POINTS = 25;

describe('a simulated worker', () => {
  it('claims every trial by a hint, and all that it reports is stored once', async () => {
    const c = await testCoordinator({ nats: await startTestNats() });
    await addDataset(c.db);
    await submit(c, sweepText({ name: 'simulated', configurations: TRIALS / 2, seeds: 2 }));
    const folder = temporaryFolder('simulated');
    const log = createLog({}, () => true);
    const completed: number[] = [];
    let done: () => void = () => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const claims: number[] = [];
    const worker = await SimulatedWorker.start({
      coordinator: c.grpcAddress,
      token: c.token,
      slots: 2,
      spools: new SpoolFolder(join(folder, 'spool')),
      checkpointFolders: new CheckpointFolder(join(folder, 'checkpoints')),
      metrics: new WorkerMetrics({ slots: 1, spoolFolder: join(folder, 'spool') }),
      bundles: await BundleCache.open({ folder: join(folder, 'bundles'), objects: async () => null, log }),
      train: trainingOf({ kind: 'short', points: POINTS }),
      log,
      onClaim: (ms) => claims.push(ms),
      onCompleted: (points) => {
        completed.push(points);
        if (completed.length === TRIALS) done();
      },
    });
    await all;
    await worker.stop();
    expect(completed).toEqual(Array.from({ length: TRIALS }, () => POINTS));
    expect(claims.length).toBeGreaterThanOrEqual(TRIALS);
    const trials = await c.db.prisma.trial.findMany({ include: { attempts: true } });
    expect(trials.map(({ state, epoch }) => [state, epoch])).toEqual(
      Array.from({ length: TRIALS }, () => ['SUCCEEDED', 1]),
    );
    expect(trials.map(({ attempts }) => attempts.map(({ ackedSeq }) => Number(ackedSeq)))).toEqual(
      Array.from({ length: TRIALS }, () => [POINTS]),
    );
    expect(await c.db.prisma.metricPoint.count()).toBe(TRIALS * POINTS);
  });
});
