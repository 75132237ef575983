/** The store against a real Postgres: endings, fences, and what a superseded attempt leaves. */
import { closeAttempt } from '@adt/coordinator/store/attempts';
import { canonicalCurves } from '@adt/coordinator/store/curves';
import { acquireLeadership, resignLeadership } from '@adt/coordinator/store/leader';
import { ingest } from '@adt/coordinator/store/metrics';
import { cancelSweep } from '@adt/coordinator/store/sweeps';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addWorker,
  claimed,
  expireLeases,
  OBJECTIVE,
  objective,
  openTestDatabase,
  running,
  trialRow,
} from './trials.js';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
});

const lost = { kind: 'lost' } as const;
const succeeded = { kind: 'completed', outcome: 'SUCCEEDED' } as const;

describe('ending an attempt', () => {
  it('waits until every point is stored, then ends once and answers repeats alike', async () => {
    const lease = await running(db);
    const end = () => finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 3 });
    await ingest(db, { ...lease, firstSeq: 1, points: objective(1, 2), totalSteps: 0 });
    expect(await end()).toEqual({ kind: 'gap', ackedSeq: 2 });
    await ingest(db, { ...lease, firstSeq: 3, points: objective(3), totalSteps: 0 });
    expect(await end()).toMatchObject({ kind: 'moved', state: 'SUCCEEDED' });
    expect(await end()).toEqual({ kind: 'repeated', state: 'SUCCEEDED' });
    const late = await ingest(db, { ...lease, firstSeq: 4, points: objective(4), totalSteps: 0 });
    expect(late).toEqual({ kind: 'fenced' });
  });

  it('ends once when eight calls arrive together', async () => {
    const lease = await running(db);
    const call = { ...lease, ending: succeeded, lastSeq: 0 };
    const kinds = (await Promise.all(Array.from({ length: 8 }, () => finishAttempt(db, call)))).map(
      (end) => end.kind,
    );
    expect(kinds.sort()).toEqual(['moved', ...Array(7).fill('repeated')]);
  });

  it('queues a failure again with a hint of its own until the maximum, then fails with the reason', async () => {
    const lease = await running(db, { maxFailures: 1 });
    const ending = { kind: 'failed', failureClass: 'INFRA', reason: 'disk full' } as const;
    expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toMatchObject({ state: 'QUEUED' });
    expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toEqual({
      kind: 'repeated',
      state: 'QUEUED',
    });
    const second = await claimed(db, lease);
    expect(second.epoch).toBe(2);
    expect(await finishAttempt(db, { ...second, ending, lastSeq: 0 })).toMatchObject({ state: 'FAILED' });
    expect(await trialRow(db, lease.trialId)).toMatchObject({ state: 'FAILED', failureReason: 'disk full' });
    const hints = await db.prisma.outbox.findMany({
      where: { trialId: lease.trialId },
      orderBy: { epoch: 'asc' },
    });
    expect(hints.map((hint) => hint.epoch)).toEqual([0, 1]);
    // The first attempt's repeat is still told what it was told: its trial was queued again.
    expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toEqual({
      kind: 'repeated',
      state: 'QUEUED',
    });
  });

  it('hands a drained trial back without counting a failure', async () => {
    const lease = await running(db, { maxFailures: 0 });
    const release = { ...lease, ending: { kind: 'released' }, lastSeq: null } as const;
    expect(await finishAttempt(db, release)).toMatchObject({ state: 'QUEUED' });
    expect(await finishAttempt(db, release)).toMatchObject({ kind: 'repeated' });
    const trial = await db.prisma.trial.findUniqueOrThrow({ where: { id: lease.trialId } });
    expect(trial).toMatchObject({ state: 'QUEUED', failures: 0 });
  });

  it('voids what a superseded attempt reported', async () => {
    const lease = await running(db);
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.9, 0.8), totalSteps: 0 });
    await expireLeases(db);
    const reaper = await acquireLeadership(db, { holder: 'test', leaderTtlMs: 60_000, leaseTtlMs: 1 });
    if (!reaper) throw new Error('somebody else leads');
    await expireLeases(db);
    const reap = { trialId: lease.trialId, epoch: lease.epoch, ending: lost, lastSeq: null };
    expect(await finishAttempt(db, { ...reap, reaper })).toMatchObject({ kind: 'moved', state: 'QUEUED' });
    expect(await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 2 })).toEqual({ kind: 'fenced' });
    const second = await claimed(db, lease);
    await ingest(db, { ...second, firstSeq: 1, points: objective(0.5), totalSteps: 0 });
    expect(await trialRow(db, lease.trialId)).toMatchObject({ bestValue: 0.5, bestStep: 10, epoch: 2 });
    const [curve] = (await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [OBJECTIVE] })).curves;
    expect(curve).toMatchObject({ steps: [10], values: [0.5] });
    await resignLeadership(db, reaper);
  });

  it("keeps an older attempt's points up to the step that a newer one resumed from", async () => {
    const lease = await running(db);
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.1, 0.2, 0.3), totalSteps: 0 });
    await finishAttempt(db, { ...lease, ending: { kind: 'released' }, lastSeq: null });
    const second = await claimed(db, lease);
    await db.prisma.attempt.update({
      where: { trialId_epoch: { trialId: lease.trialId, epoch: second.epoch } },
      data: { resumeStep: 20 },
    });
    const points = [{ step: 30, metric: OBJECTIVE, value: 0.7 }];
    await ingest(db, { ...second, firstSeq: 1, points, totalSteps: 0 });
    const [curve] = (await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [] })).curves;
    expect(curve).toMatchObject({ steps: [10, 20, 30], values: [0.1, 0.2, 0.7] });
  });

  it('does not reap a renewed lease, nor for a leader whose term is over', async () => {
    const lease = await running(db);
    const old = await acquireLeadership(db, { holder: 'old', leaderTtlMs: 60_000, leaseTtlMs: 1 });
    if (!old) throw new Error('somebody else leads');
    const reap = { trialId: lease.trialId, epoch: lease.epoch, ending: lost, lastSeq: null };
    expect(await finishAttempt(db, { ...reap, reaper: old })).toEqual({ kind: 'fenced' });
    await resignLeadership(db, old);
    await expireLeases(db);
    expect(await finishAttempt(db, { ...reap, reaper: old })).toEqual({ kind: 'fenced' });
    expect((await trialRow(db, lease.trialId)).state).toBe('RUNNING');
  });

  it('writes nothing when what it was judged by has changed', async () => {
    const lease = await running(db);
    const verdict = {
      state: 'QUEUED',
      outcome: 'FAILED',
      failures: 1,
      failureClass: 'INFRA',
      reason: 'x',
    } as const;
    const seen = {
      workerId: lease.workerId,
      failures: 0,
      cancelRequested: false,
      pruneRequested: false,
      ackedSeq: 0,
    };
    const nothing = { result: null, exitCode: null, stderrTail: null, reaper: null };
    await cancelSweep(db, lease.sweepId);
    expect(await closeAttempt(db, { ...lease, verdict, seen, ...nothing })).toBeNull();
    expect((await trialRow(db, lease.trialId)).state).toBe('RUNNING');

    const pruned = await running(db);
    await db.prisma.trial.update({ where: { id: pruned.trialId }, data: { pruneReason: 'pruned' } });
    expect(await closeAttempt(db, { ...pruned, verdict, seen, ...nothing })).toBeNull();
    expect((await trialRow(db, pruned.trialId)).state).toBe('RUNNING');
  });
});
