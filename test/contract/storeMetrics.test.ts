/** The store against a real Postgres: gapless points, stored once. */
import { canonicalCurves } from '@adt/coordinator/store/curves';
import { ingest, resumePoint } from '@adt/coordinator/store/metrics';
import type { Database } from '@adt/prisma/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { addWorker, OBJECTIVE, objective, openTestDatabase, running, trialRow } from './trials.js';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
});

describe('taking metrics in', () => {
  it('stores points once, whatever is repeated, and keeps best and last step', async () => {
    const lease = await running(db);
    const points = objective(0.1, 0.4, 0.3, null);
    const batch = { ...lease, totalSteps: 40 };
    expect(await ingest(db, { ...batch, firstSeq: 1, points: points.slice(0, 2) })).toMatchObject({
      ackedSeq: 2,
    });
    const again = await ingest(db, { ...batch, firstSeq: 1, points: points.slice(0, 2) });
    expect(again).toMatchObject({ kind: 'stored', ackedSeq: 2, fresh: 0 });
    const overlap = await ingest(db, { ...batch, firstSeq: 2, points: points.slice(1) });
    expect(overlap).toMatchObject({ kind: 'stored', ackedSeq: 4, fresh: 2 });
    expect(await trialRow(db, lease.trialId)).toMatchObject({
      bestValue: 0.4,
      bestStep: 20,
      lastStep: 40,
      totalSteps: 40,
    });
    const [curve] = (await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [] })).curves;
    expect(curve).toEqual({
      trialId: lease.trialId,
      metric: OBJECTIVE,
      steps: [10, 20, 30, 40],
      values: [0.1, 0.4, 0.3, null],
    });
  });

  it('takes the same batch once when it arrives six times at once', async () => {
    const lease = await running(db);
    const batch = { ...lease, firstSeq: 1, points: objective(1, 2, 3), totalSteps: 0 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => ingest(db, batch)));
    expect(answers.map((answer) => answer.kind === 'stored' && answer.ackedSeq)).toEqual(Array(6).fill(3));
    const fresh = answers.map((answer) => (answer.kind === 'stored' ? answer.fresh : 0));
    expect(fresh.reduce((sum, count) => sum + count)).toBe(3);
  });

  it('refuses a gap with the sequence that is stored', async () => {
    const lease = await running(db);
    await ingest(db, { ...lease, firstSeq: 1, points: objective(1, 2), totalSteps: 0 });
    const gap = await ingest(db, { ...lease, firstSeq: 4, points: objective(9), totalSteps: 0 });
    expect(gap).toEqual({ kind: 'gap', ackedSeq: 2 });
    expect(await resumePoint(db, lease)).toEqual({
      ackedSeq: 2,
      cancelRequested: false,
      pruneRequested: false,
    });
  });

  it('ranks downwards for a loss', async () => {
    const lease = await running(db, { metric: 'valid/loss', maximize: false });
    const points = [70, 62, 65].map((value, at) => ({ step: at + 1, metric: 'valid/loss', value }));
    await ingest(db, { ...lease, firstSeq: 1, points, totalSteps: 0 });
    expect(await trialRow(db, lease.trialId)).toMatchObject({ bestValue: 62, bestStep: 2 });
  });

  it('refuses a stale epoch and another worker', async () => {
    const lease = await running(db);
    const batch = { ...lease, firstSeq: 1, points: objective(1), totalSteps: 0 };
    expect(await ingest(db, { ...batch, epoch: 9 })).toEqual({ kind: 'fenced' });
    expect(await ingest(db, { ...batch, workerId: 'worker-2' })).toEqual({ kind: 'fenced' });
    expect(await resumePoint(db, { ...lease, epoch: 9 })).toBeNull();
  });
});
