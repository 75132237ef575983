/** What the coordinator's tests start from: a migrated database, a registered worker, a sweep of any size. */

import type { CompiledTrial } from '@adt/coordinator/search/plan';
import { NEWEST_RULES } from '@adt/coordinator/search/rules';
import { claimTrial } from '@adt/coordinator/store/claims';
import type { Point } from '@adt/coordinator/store/metrics';
import { type NewSweep, submitSweep } from '@adt/coordinator/store/submit';
import { trialsById } from '@adt/coordinator/store/trials';
import { registerWorker } from '@adt/coordinator/store/workers';
import { type Database, openDatabase } from '@adt/prisma/client';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';

export const LEASE_TTL_MS = 30_000;
export const OBJECTIVE = 'valid/recall@50';

/** A database of the test file's own, and the pool to it. */
export async function openTestDatabase(): Promise<Database & { url: string }> {
  const url = await createDatabase();
  const db = openDatabase({ url, connectionLimit: 8 });
  atEnd(() => db.close());
  return { ...db, url };
}

export function trainingConfig(seed: number, select = OBJECTIVE): TrainingConfig {
  return {
    dataset: 'tiny',
    datasetSha256: 'a'.repeat(64),
    model: 'GMF',
    loss: 'CE',
    lr: 0.001,
    factors: 8,
    negatives: 1,
    batchSize: 64,
    epochs: 2,
    evalEvery: 10,
    topk: [50],
    select,
    seed,
  };
}

type ListedSweep = NewSweep & { trials: readonly CompiledTrial[] };

export function newSweep(params: Partial<ListedSweep> & { size?: number } = {}): ListedSweep {
  const { size = 1, ...rest } = params;
  return {
    name: 'test',
    owner: '',
    spec: 'name: test',
    specFormat: 'YAML',
    specSha256: 'b'.repeat(64),
    idempotencyKey: '',
    metric: OBJECTIVE,
    maximize: true,
    pool: 'default',
    maxFailures: 2,
    datasets: ['tiny'],
    models: ['GMF'],
    losses: ['CE'],
    priority: 1,
    maxConcurrent: null,
    maxWallSeconds: null,
    facts: [],
    ancestors: [],
    prior: [],
    rules: NEWEST_RULES,
    isSearched: false,
    trials: Array.from({ length: size }, (_, at) => {
      const config = trainingConfig(at, rest.metric);
      const { seed } = config;
      return { stratum: 0, configuration: at, phase: 'search', seed, config, configHash: `hash-${at}` };
    }),
    ...rest,
  };
}

export async function addWorker(db: Database, id = 'worker-1', pool = 'default'): Promise<string> {
  await registerWorker(db, { id, host: 'here', pool, slots: 2, threadsPerSlot: 1, engines: [] });
  return id;
}

export async function addSweep(
  db: Database,
  params: Parameters<typeof newSweep>[0] = {},
): Promise<{ sweepId: number; trialIds: number[] }> {
  const { sweepId } = await submitSweep(db, newSweep(params));
  const trials = await db.prisma.trial.findMany({ where: { sweepId }, orderBy: { number: 'asc' } });
  return { sweepId, trialIds: trials.map((trial) => trial.id) };
}

/** Claims a trial that must be there to claim. */
export async function claimed(
  db: Database,
  params: { workerId: string; trialId: number },
): Promise<{ workerId: string; trialId: number; epoch: number; leaseTtlMs: number }> {
  const claim = await claimTrial(db, { ...params, leaseTtlMs: LEASE_TTL_MS });
  if (claim.kind !== 'claimed') throw new Error(`trial ${params.trialId} is not to be had: ${claim.kind}`);
  return { ...params, epoch: claim.trial.epoch, leaseTtlMs: LEASE_TTL_MS };
}

/** A sweep's first trial, claimed by `worker-1`. */
export async function running(db: Database, params: Parameters<typeof addSweep>[1] = {}) {
  const { sweepId, trialIds } = await addSweep(db, params);
  const trialId = trialIds[0] as number;
  return { sweepId, ...(await claimed(db, { workerId: 'worker-1', trialId })) };
}

/** @throws Error when there is no such trial */
export async function trialRow(db: Database, trialId: number) {
  const [row] = await trialsById(db, [trialId]);
  if (!row) throw new Error(`no trial ${trialId}`);
  return row;
}

/** The objective at steps 10, 20, … */
export function objective(...values: (number | null)[]): Point[] {
  return values.map((value, at) => ({ step: 10 * (at + 1), metric: OBJECTIVE, value }));
}

/** Lets every running trial's lease run out at once. */
export async function expireLeases(db: Database): Promise<void> {
  await db.pool.query(
    `UPDATE trial SET lease_expires_at = clock_timestamp() - interval '1 second' WHERE state = 'RUNNING'`,
  );
}
