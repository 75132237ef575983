/** Deleting sweeps and pruning points, against a real Postgres: what goes, what must stay, and who may do it. */

import { Janitor } from '@adt/coordinator/scheduler/janitor';
import { canonicalCurves } from '@adt/coordinator/store/curves';
import { acquireLeadership, type LeaderTerm, resignLeadership } from '@adt/coordinator/store/leader';
import { ingest } from '@adt/coordinator/store/metrics';
import {
  deleteSweep,
  emptyPartitions,
  extendPartitions,
  pruneSuperseded,
  removePoints,
} from '@adt/coordinator/store/retention';
import { submitSweep } from '@adt/coordinator/store/submit';
import { finishSweeps } from '@adt/coordinator/store/sweeps';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addSweep,
  addWorker,
  claimed,
  newSweep,
  OBJECTIVE,
  objective,
  openTestDatabase,
  running,
} from './trials.js';

let db: Database;
let leader: LeaderTerm;
const succeeded = { kind: 'completed', outcome: 'SUCCEEDED' } as const;

beforeEach(async () => {
  db = await openTestDatabase();
  await addWorker(db);
  const term = await acquireLeadership(db, { holder: 'test', leaderTtlMs: 60_000, leaseTtlMs: 1 });
  if (!term) throw new Error('somebody else leads');
  leader = term;
});
afterEach(() => resignLeadership(db, leader));

/** A sweep of one trial that has ended with these objectives. */
async function ended(...values: number[]) {
  const lease = await running(db);
  await ingest(db, { ...lease, firstSeq: 1, points: objective(...values), totalSteps: 0 });
  await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: values.length });
  await finishSweeps(db, lease.sweepId);
  return lease;
}

/** A trial released after three points, resumed at step 20, and ended. */
async function resumed() {
  const lease = await running(db);
  await ingest(db, { ...lease, firstSeq: 1, points: objective(0.1, 0.2, 0.3), totalSteps: 0 });
  await finishAttempt(db, { ...lease, ending: { kind: 'released' }, lastSeq: null });
  const second = await claimed(db, lease);
  const key = { trialId: lease.trialId, epoch: second.epoch };
  await db.prisma.attempt.update({ where: { trialId_epoch: key }, data: { resumeStep: 20 } });
  const points = [{ step: 30, metric: OBJECTIVE, value: 0.7 }];
  await ingest(db, { ...second, firstSeq: 1, points, totalSteps: 0 });
  return { ...second, sweepId: lease.sweepId };
}

const pointsOf = (trialId: number) => db.prisma.metricPoint.count({ where: { trialId } });

describe('deleting a sweep', () => {
  it('says what would go and takes nothing, then takes all of it', async () => {
    const { sweepId, trialId } = await ended(0.1, 0.2, 0.3);
    const asked = await deleteSweep(db, { sweepId, dryRun: true });
    expect(asked).toEqual({
      kind: 'would-delete',
      removal: { sweepId, name: 'test', trials: 1, points: 3, bytes: 276 },
    });
    expect(await pointsOf(trialId)).toBe(3);
    expect(await deleteSweep(db, { sweepId, dryRun: false })).toMatchObject({ kind: 'deleted' });
    expect(await removePoints(db, { leader, trials: 10 })).toBe(1);
    const left = [
      await db.prisma.sweep.count(),
      await db.prisma.trial.count(),
      await db.prisma.attempt.count(),
      await db.prisma.outbox.count(),
      await pointsOf(trialId),
      await db.prisma.pointRemoval.count(),
    ];
    expect(left).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await deleteSweep(db, { sweepId, dryRun: false })).toEqual({ kind: 'not-found' });
  });

  it('is refused while a trial is open, also of a cancelled sweep', async () => {
    const { sweepId } = await running(db);
    expect(await deleteSweep(db, { sweepId, dryRun: false })).toEqual({ kind: 'open' });
    await db.prisma.sweep.update({ where: { id: sweepId }, data: { state: 'CANCELLED' } });
    expect(await deleteSweep(db, { sweepId, dryRun: false })).toEqual({ kind: 'open' });
  });

  it('is refused while another sweep shows its curves, and possible once that is gone', async () => {
    const first = await ended(0.1, 0.2);
    const second = await addSweep(db, { ancestors: [first.sweepId] });
    await finishSweeps(db, second.sweepId);
    const { curves } = await canonicalCurves(db, { trialIds: second.trialIds, metrics: [] });
    const [curve] = curves;
    expect(curve).toMatchObject({ trialId: second.trialIds[0], values: [0.1, 0.2] });
    const refused = { kind: 'extended', by: [second.sweepId] };
    expect(await deleteSweep(db, { sweepId: first.sweepId, dryRun: false })).toEqual(refused);
    expect(await deleteSweep(db, { sweepId: second.sweepId, dryRun: false })).toMatchObject({
      kind: 'deleted',
    });
    expect(await deleteSweep(db, { sweepId: first.sweepId, dryRun: false })).toMatchObject({
      kind: 'deleted',
    });
  });

  it('never leaves a sweep without what it extends, however the two race', async () => {
    for (let round = 0; round < 10; round++) {
      const { sweepId } = await ended(0.1);
      const [submitted, deleted] = await Promise.all([
        submitSweep(db, newSweep({ ancestors: [sweepId] })),
        deleteSweep(db, { sweepId, dryRun: false }),
      ]);
      const outcome = `${submitted.kind} ${deleted.kind}`;
      expect(['created extended', 'orphaned deleted']).toContain(outcome);
    }
  });
});

describe('the points of deleted trials', () => {
  it('are left alone by a leader whose term is over', async () => {
    const { sweepId, trialId } = await ended(0.1, 0.2);
    await deleteSweep(db, { sweepId, dryRun: false });
    const old = { ...leader, term: leader.term - 1 };
    expect(await removePoints(db, { leader: old, trials: 10 })).toBe(0);
    expect(await emptyPartitions(db, old)).toBe(0);
    expect(await extendPartitions(db, old)).toBe(0);
    expect(await pointsOf(trialId)).toBe(2);
  });

  it('go with the whole partition when no trial of its range is left', async () => {
    const gone = await ended(0.1, 0.2);
    await db.pool.query('SELECT setval(pg_get_serial_sequence($1, $2), 16400)', ['trial', 'id']);
    const kept = await ended(0.3);
    expect(kept.trialId).toBeGreaterThan(16_384);
    await deleteSweep(db, { sweepId: gone.sweepId, dryRun: false });
    expect(await emptyPartitions(db, leader)).toBe(1);
    expect([await pointsOf(gone.trialId), await pointsOf(kept.trialId)]).toEqual([0, 1]);
    expect(await db.prisma.pointRemoval.count()).toBe(0);
    const { rows } = await db.pool.query(`SELECT pg_relation_size('metric_point_first')::int AS bytes`);
    expect(rows).toEqual([{ bytes: 0 }]);
  });

  it('go by the janitor in small batches until nothing is left', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 40 });
    for (const trialId of trialIds) {
      const lease = await claimed(db, { workerId: 'worker-1', trialId });
      await ingest(db, { ...lease, firstSeq: 1, points: objective(1, 2), totalSteps: 0 });
      await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 2 });
    }
    await finishSweeps(db, sweepId);
    const other = await ended(0.5);
    await deleteSweep(db, { sweepId, dryRun: false });
    const cleaned = await new Janitor({ db, graceMs: 3_600_000 }).run(() => leader);
    expect(cleaned).toMatchObject({ emptied: 0, trials: 40 });
    expect(await db.prisma.metricPoint.count()).toBe(await pointsOf(other.trialId));
  });
});

describe('partitions', () => {
  it('are made ahead of the newest trial, once', async () => {
    expect(await extendPartitions(db, leader)).toBe(0);
    await db.pool.query('SELECT setval(pg_get_serial_sequence($1, $2), 40000)', ['trial', 'id']);
    expect(await extendPartitions(db, leader)).toBe(2);
    expect(await extendPartitions(db, leader)).toBe(0);
  });

  it('that were not made in time refuse nothing, and the next ones begin beyond what came', async () => {
    await db.pool.query('SELECT setval(pg_get_serial_sequence($1, $2), 1000000)', ['trial', 'id']);
    const far = await ended(0.1);
    const { rows } = await db.pool.query('SELECT tableoid::regclass::text AS part FROM metric_point');
    expect(rows).toEqual([{ part: 'metric_point_other' }]);
    expect(await extendPartitions(db, leader)).toBe(8);
    expect(await pointsOf(far.trialId)).toBe(1);
    await db.pool.query('SELECT setval(pg_get_serial_sequence($1, $2), 1020000)', ['trial', 'id']);
    await ended(0.2);
    expect(await db.prisma.metricPoint.count()).toBe(2);
  });
});

describe('pruning superseded points', () => {
  it('leaves the canonical curve as it was, and of the older attempt what it shows', async () => {
    const lease = await resumed();
    await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 1 });
    const before = await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [] });
    expect(await pruneSuperseded(db, { leader, attempts: 10, graceMs: 0 })).toEqual({
      attempts: 1,
      points: 1,
    });
    expect(await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [] })).toEqual(before);
    expect(before.curves[0]).toMatchObject({ steps: [10, 20, 30], values: [0.1, 0.2, 0.7] });
    expect(await pointsOf(lease.trialId)).toBe(3);
    expect(await pruneSuperseded(db, { leader, attempts: 10, graceMs: 0 })).toEqual({
      attempts: 0,
      points: 0,
    });
  });

  it('waits for the end of the trial, the grace and a current term', async () => {
    const lease = await resumed();
    const prune = { leader, attempts: 10, graceMs: 0 };
    expect(await pruneSuperseded(db, prune)).toMatchObject({ attempts: 0 });
    await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 1 });
    expect(await pruneSuperseded(db, { ...prune, graceMs: 3_600_000 })).toMatchObject({ attempts: 0 });
    const old = { ...leader, term: leader.term - 1 };
    expect(await pruneSuperseded(db, { ...prune, leader: old })).toMatchObject({ attempts: 0 });
    expect(await pointsOf(lease.trialId)).toBe(4);
  });

  it('keeps what a failed trial reported last', async () => {
    const lease = await running(db);
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.1), totalSteps: 0 });
    const ending = { kind: 'failed', failureClass: 'USER', reason: 'bad' } as const;
    await finishAttempt(db, { ...lease, ending, lastSeq: null });
    expect(await pruneSuperseded(db, { leader, attempts: 10, graceMs: 0 })).toEqual({
      attempts: 1,
      points: 0,
    });
    expect(await pointsOf(lease.trialId)).toBe(1);
  });
});
