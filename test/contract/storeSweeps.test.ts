/** The store against a real Postgres: submitted, listed, cancelled. */
import { claimTrial } from '@adt/coordinator/store/claims';
import { ingest } from '@adt/coordinator/store/metrics';
import { submitSweep } from '@adt/coordinator/store/submit';
import { cancelSweep, finishSweeps, listSweeps, sweepsById } from '@adt/coordinator/store/sweeps';
import { listTrials } from '@adt/coordinator/store/trials';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSweep,
  addWorker,
  claimed,
  LEASE_TTL_MS,
  newSweep,
  objective,
  openTestDatabase,
  running,
} from './trials.js';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
});

const succeeded = { kind: 'completed', outcome: 'SUCCEEDED' } as const;

describe('submitting', () => {
  it('writes ten thousand trials and their hints in one go, numbered in order', async () => {
    const { sweepId } = await submitSweep(db, newSweep({ size: 10_000, pool: 'bulk' }));
    const [sweep] = await sweepsById(db, [sweepId]);
    expect(sweep?.queued).toBe(10_000);
    const { trials } = await listTrials(db, { sweepId, order: 'number', limit: 3, after: null });
    expect(trials.map((trial) => [trial.number, trial.config.seed])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(await db.prisma.outbox.count({ where: { trial: { sweepId }, epoch: 0 } })).toBe(10_000);
  });

  it('returns the first sweep for the same key and spec, and refuses another spec', async () => {
    const first = await submitSweep(db, newSweep({ idempotencyKey: 'key-1' }));
    expect(first.kind).toBe('created');
    const again = await submitSweep(db, newSweep({ idempotencyKey: 'key-1' }));
    expect(again).toEqual({ kind: 'repeated', sweepId: first.sweepId });
    const other = await submitSweep(db, newSweep({ idempotencyKey: 'key-1', specSha256: 'c'.repeat(64) }));
    expect(other).toEqual({ kind: 'conflict', sweepId: first.sweepId });
    expect(await db.prisma.trial.count({ where: { sweepId: first.sweepId } })).toBe(1);
  });

  it('writes one sweep when the same key arrives eight times at once', async () => {
    const submissions = Array.from({ length: 8 }, () =>
      submitSweep(db, newSweep({ idempotencyKey: 'key-2' })),
    );
    const kinds = (await Promise.all(submissions)).map((submission) => submission.kind).sort();
    expect(kinds).toEqual(['created', ...Array(7).fill('repeated')]);
  });
});

describe('listing', () => {
  it('pages through trials in each order without a repeat or a hole', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 25 });
    for (const [at, trialId] of trialIds.slice(0, 12).entries()) {
      const lease = await claimed(db, { workerId: 'worker-1', trialId });
      await ingest(db, { ...lease, firstSeq: 1, points: objective((at * 7) % 5), totalSteps: 0 });
    }
    for (const order of ['best', 'number', 'state'] as const) {
      const seen: number[] = [];
      let after: Parameters<typeof listTrials>[1]['after'] = null;
      do {
        const page = await listTrials(db, { sweepId, order, limit: 4, after });
        seen.push(...page.trials.map((trial) => trial.id));
        after = page.next;
      } while (after);
      expect([...seen].sort((a, b) => a - b)).toEqual(trialIds);
    }
    const { trials } = await listTrials(db, { sweepId, order: 'best', limit: 13, after: null });
    const values = trials.map((trial) => trial.bestValue);
    expect(values).toEqual([...values.slice(0, 12).sort((a, b) => (b ?? 0) - (a ?? 0)), null]);
  });

  it('shows the best trial of a sweep, leaving failed ones out', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 2, maxFailures: 0 });
    const [bad, good] = trialIds as [number, number];
    const failing = await claimed(db, { workerId: 'worker-1', trialId: bad });
    await ingest(db, { ...failing, firstSeq: 1, points: objective(0.9), totalSteps: 0 });
    const ending = { kind: 'failed', failureClass: 'USER', reason: 'NON_FINITE' } as const;
    await finishAttempt(db, { ...failing, ending, lastSeq: 1 });
    const lease = await claimed(db, { workerId: 'worker-1', trialId: good });
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.2), totalSteps: 0 });
    const [sweep] = await listSweeps(db, { limit: 1, beforeId: null });
    expect(sweep).toMatchObject({ id: sweepId, bestTrialId: good, bestValue: 0.2, failed: 1, running: 1 });
  });
});

describe('cancelling', () => {
  it('ends queued trials at once, asks the running to stop, and is the same twice', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 3 });
    const lease = await claimed(db, { workerId: 'worker-1', trialId: trialIds[0] as number });
    expect(await cancelSweep(db, sweepId)).toEqual({ kind: 'cancelled', trialIds });
    expect(await finishSweeps(db, sweepId)).toEqual([]);
    expect((await cancelSweep(db, sweepId)).kind).toBe('cancelled');
    const stop = { kind: 'completed', outcome: 'CANCELLED' } as const;
    expect(await finishAttempt(db, { ...lease, ending: stop, lastSeq: 0 })).toMatchObject({
      state: 'CANCELLED',
    });
    expect(await finishSweeps(db, sweepId)).toEqual([sweepId]);
    expect((await sweepsById(db, [sweepId]))[0]).toMatchObject({ state: 'CANCELLED', cancelled: 3 });
  });

  it('loses no trial when it races with claims', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 200 });
    const claim = (trialId: number) =>
      claimTrial(db, { workerId: 'worker-1', trialId, leaseTtlMs: LEASE_TTL_MS });
    const [, ...claims] = await Promise.all([cancelSweep(db, sweepId), ...trialIds.map(claim)]);
    const taken = claims.filter((answer) => answer.kind === 'claimed').length;
    const [sweep] = await sweepsById(db, [sweepId]);
    expect(sweep).toMatchObject({ queued: 0, running: taken, cancelled: 200 - taken });
    expect(await db.prisma.trial.count({ where: { sweepId, cancelRequested: false } })).toBe(0);
  });

  it('refuses for a finished sweep, and for one that does not exist', async () => {
    const lease = await running(db);
    await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 0 });
    await finishSweeps(db, lease.sweepId);
    expect((await cancelSweep(db, lease.sweepId)).kind).toBe('finished');
    expect((await cancelSweep(db, 2 ** 30)).kind).toBe('not-found');
  });

  it.each(['CANCELLED', 'PRUNED'] as const)(
    "refuses a worker's %s that nobody asked for",
    async (outcome) => {
      const lease = await running(db);
      const ending = { kind: 'completed', outcome } as const;
      expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toEqual({
        kind: 'not-asked',
        outcome,
      });
    },
  );
});
