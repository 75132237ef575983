/** Many simulated workers in one process, which the bench starts and asks over IPC. */
import { join } from 'node:path';
import { BundleCache } from '@adt/worker/agent/bundleCache';
import { CheckpointFolder } from '@adt/worker/agent/checkpointFolder';
import { SpoolFolder } from '@adt/worker/agent/spoolFolder';
import { WorkerMetrics } from '@adt/worker/agent/workerMetrics';
import { createLog } from '@adt/worker/log';
import { SimulatedWorker } from './simulatedWorker.js';
import { type Training, trainingOf } from './training.js';

export type FleetTask = {
  coordinator: string;
  token: string;
  folder: string;
  workers: number;
  slots: number;
  training: Training;
};

/** What a process of workers has done so far. */
export type FleetReport = {
  /** Attempts completed, and when each was, in milliseconds since 1970. */
  completed: number[];
  /** Milliseconds of each Claim. */
  claims: number[];
  /** Points of completed attempts: all of them acked. */
  points: number;
  /** The first error a worker logged; null while all is well. */
  trouble: string | null;
  /** Warnings: what a worker got over by itself, say a connection that was late. */
  warnings: number;
};

export type ToFleet = { kind: 'start'; task: FleetTask } | { kind: 'report' } | { kind: 'stop' };
export type FromFleet =
  | { kind: 'ready' }
  | { kind: 'progress'; completed: number }
  | { kind: 'report'; report: FleetReport }
  | { kind: 'stopped'; report: FleetReport }
  | { kind: 'failed'; why: string };

const PROGRESS_MS = 200;
/** Registered at once: a thousand together would only queue for the same connections. */
const STARTED_TOGETHER = 25;

const report: FleetReport = { completed: [], claims: [], points: 0, trouble: null, warnings: 0 };
const workers: SimulatedWorker[] = [];

function tell(message: FromFleet): void {
  process.send?.(message);
}

async function start({ folder, training, workers: count, ...params }: FleetTask): Promise<void> {
  const log = createLog({}, (line) => {
    if (line.includes('"level":"error"')) report.trouble ??= line.trim();
    if (line.includes('"level":"warn"')) report.warnings++;
    return true;
  });
  const bundles = await BundleCache.open({
    folder: join(folder, 'bundles'),
    objects: async () => null,
    log,
  });
  const common = {
    ...params,
    log,
    bundles,
    spools: new SpoolFolder(join(folder, 'spool')),
    checkpointFolders: new CheckpointFolder(join(folder, 'checkpoints')),
    metrics: new WorkerMetrics({ slots: 1, spoolFolder: join(folder, 'spool') }),
    train: trainingOf(training),
    onClaim: (ms: number) => report.claims.push(ms),
    onCompleted: (points: number) => {
      report.completed.push(Date.now());
      report.points += points;
    },
  };
  while (workers.length < count) {
    const next = Math.min(STARTED_TOGETHER, count - workers.length);
    workers.push(...(await Promise.all(Array.from({ length: next }, () => SimulatedWorker.start(common)))));
  }
  setInterval(() => tell({ kind: 'progress', completed: report.completed.length }), PROGRESS_MS).unref();
}

async function obey(message: ToFleet): Promise<void> {
  switch (message.kind) {
    case 'start':
      await start(message.task);
      return tell({ kind: 'ready' });
    case 'report':
      return tell({ kind: 'report', report });
    case 'stop':
      await Promise.all(workers.map((worker) => worker.stop()));
      // Not killed: what was preloaded may have something to write at the end.
      process.send?.({ kind: 'stopped', report } satisfies FromFleet, () => process.exit(0));
      return;
    default:
      return message satisfies never;
  }
}

process.on('message', (message: ToFleet) => {
  obey(message).catch((error) => tell({ kind: 'failed', why: String(error?.stack ?? error) }));
});
process.on('disconnect', () => process.exit(1));
