/** What the worker scenarios share: a platform with short leases and a data set, trials on it, and eyes on both. */
import { readdirSync, readFileSync } from 'node:fs';
import { openConnection } from '@adt/coordinator/cli/connect';
import { uploadDataset } from '@adt/coordinator/cli/upload';
import { type Database, openDatabase } from '@adt/prisma/client';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { type Curve, SpecFormat, type Trial } from '@adt/proto/gen/adt/v1/search';
import { openStore } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import { expect } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { type Platform, type PlatformOptions, startPlatform } from '../harness/platform.js';

/** Dead workers are noticed in about three seconds, a dead leader in one. */
const SHORT_LEASES = {
  ADT_HEARTBEAT_MS: '300',
  ADT_LEASE_TTL_MS: '3000',
  ADT_REAP_EVERY_MS: '200',
  ADT_LEADER_TTL_MS: '1000',
  ADT_LEADER_RENEW_MS: '300',
};

const ENDED: readonly TrialState[] = [
  TrialState.SUCCEEDED,
  TrialState.PRUNED,
  TrialState.FAILED,
  TrialState.CANCELLED,
];

/** Long enough for anything that is to happen while a scenario's trial runs, on a busy machine. */
const PATIENCE_MS = 60_000;

export type TrialSettings = {
  epochs: number;
  evalEvery: number;
  seeds?: number[];
  /** Lines of YAML under `parameters:`; absent: CE. */
  loss?: string;
};

/** A few seconds with a point every few dozen milliseconds. */
export const SHORT: TrialSettings = { epochs: 5, evalEvery: 20 };
/** Does not end before the test does. */
export const ENDLESS: TrialSettings = { epochs: 10_000, evalEvery: 10 };

export type Scene = {
  platform: Platform;
  db: Database;
  /** @returns ids of the sweep and of its trials */
  submit(settings: TrialSettings): Promise<{ sweepId: number; trialIds: number[] }>;
  cancel(sweepId: number): Promise<void>;
  trial(trialId: number): Promise<Trial>;
  /** The canonical curves, by series. */
  curves(trialId: number): Promise<Curve[]>;
  /** Resolves when the attempt under way has told the coordinator of points up to this iteration. */
  reached(trialId: number, step: number): Promise<void>;
  ended(trialId: number): Promise<Trial>;
};

export async function openScene(options: PlatformOptions): Promise<Scene> {
  const platform = await startPlatform({
    ...options,
    coordinatorEnv: { ...SHORT_LEASES, ...options.coordinatorEnv },
  });
  const { signal } = new AbortController();
  const connection = openConnection({ grpc: platform.grpc, token: platform.token, signal });
  atEnd(() => connection.close());
  const db = openDatabase({ url: platform.databaseUrl, connectionLimit: 2 });
  atEnd(() => db.close());
  const dataset = await ensureSynthetic(await openStore(platform.dataDir));
  await uploadDataset({ client: connection.client, token: platform.token, dataset });

  const trial = (trialId: number) => connection.call('getTrial', { trialId });
  return {
    platform,
    db,
    trial,
    async submit(settings) {
      const spec = specOf(dataset.name, settings);
      const request = { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
      const { sweepId } = await connection.call('submitSweep', request);
      const { trials } = await connection.call('listTrials', {
        sweepId,
        limit: 0,
        cursor: '',
        order: 'number',
      });
      return { sweepId, trialIds: trials.map(({ trialId }) => trialId) };
    },
    async cancel(sweepId) {
      await connection.call('cancelSweep', { sweepId });
    },
    async curves(trialId) {
      const request = { trialIds: [trialId], metrics: [], maxPoints: 100_000 };
      const { curves } = await connection.call('getCurves', request);
      return curves
        .map((curve) => ({ ...curve, trialId: 0 }))
        .sort((a, b) => a.metric.localeCompare(b.metric));
    },
    async reached(trialId, step) {
      // A queued trial still shows how far its last attempt came.
      const lastStep = async () => {
        const { summary } = await trial(trialId);
        return summary?.state === TrialState.QUEUED ? 0 : summary?.lastStep;
      };
      await expect.poll(lastStep, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(step);
    },
    async ended(trialId) {
      const state = async () =>
        ENDED.includes((await trial(trialId)).summary?.state ?? TrialState.UNSPECIFIED);
      await expect.poll(state, { timeout: PATIENCE_MS }).toBe(true);
      return await trial(trialId);
    },
  };
}

function specOf(
  dataset: string,
  { epochs, evalEvery, seeds = [1], loss = 'loss: {value: CE}' }: TrialSettings,
): string {
  return `
name: scenario
method: grid
parameters:
  dataset: {value: ${dataset}}
  model: {value: GMF}
  ${loss}
training: {epochs: ${epochs}, eval_every: ${evalEvery}, factors: 8, topk: [10]}
seeds: {search: [${seeds.join(', ')}]}
`;
}

/** Invariant I3: what is acked is stored, without a gap and without a double. */
export async function expectGapless(db: Database, trialId: number): Promise<void> {
  const { rows } = await db.pool.query(
    `SELECT a.epoch, a.acked_seq::int AS acked, count(DISTINCT p.seq)::int AS points, coalesce(max(p.seq), 0)::int AS last
     FROM attempt a LEFT JOIN metric_point p ON p.trial_id = a.trial_id AND p.epoch = a.epoch
     WHERE a.trial_id = $1 GROUP BY a.epoch, a.acked_seq`,
    [trialId],
  );
  for (const { acked, points, last } of rows) expect([points, last]).toEqual([acked, acked]);
}

type ProcessEntry = { pid: number; parent: number; group: number };

/** Processes of the trainers that this worker has started. */
export function trainersOf(workerPid: number): number[] {
  return processes()
    .filter(({ parent }) => parent === workerPid)
    .map(({ pid }) => pid);
}

/** Members of a process group that are left. */
export function membersOf(group: number): number[] {
  return processes()
    .filter((entry) => entry.group === group)
    .map(({ pid }) => pid);
}

/** Linux only, as the scenarios that need it are. */
function processes(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entryOf(Number(name)));
}

function entryOf(pid: number): ProcessEntry[] {
  try {
    // The name, in parentheses, may hold spaces: count from behind it. A zombie is no process any more.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? [] : [{ pid, parent: Number(parent), group: Number(group) }];
  } catch {
    return [];
  }
}
