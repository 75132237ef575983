/** The store against a real Postgres: claims, leases, and who leads. */
import { claimNext, claimTrial, renewLeases } from '@adt/coordinator/store/claims';
import { acquireLeadership, renewLeadership, resignLeadership } from '@adt/coordinator/store/leader';
import { cancelSweep } from '@adt/coordinator/store/sweeps';
import type { Database } from '@adt/prisma/client';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSweep,
  addWorker,
  expireLeases,
  LEASE_TTL_MS,
  openTestDatabase,
  running,
  trialRow,
} from './trials.js';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
});

describe('claiming', () => {
  it('gives each of 2,000 trials once to 8 claimers, by name and by asking for the next', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 2_000, pool: 'crowd' });
    const taken: number[] = [];
    const byName = async (mine: number[]) => {
      for (const trialId of mine) {
        const claim = await claimTrial(db, { workerId: 'worker-1', trialId, leaseTtlMs: LEASE_TTL_MS });
        if (claim.kind === 'claimed') taken.push(claim.trial.trialId);
      }
    };
    const byNext = async () => {
      for (;;) {
        const claim = await claimNext(db, { workerId: 'worker-1', pool: 'crowd', leaseTtlMs: LEASE_TTL_MS });
        if (claim.kind !== 'claimed') return;
        taken.push(claim.trial.trialId);
      }
    };
    const half = trialIds.slice(0, 1_000);
    await Promise.all([
      byName(half),
      byName(half),
      byName(half),
      byName(half),
      byNext(),
      byNext(),
      byNext(),
      byNext(),
    ]);
    expect(taken.length).toBe(2_000);
    expect(new Set(taken).size).toBe(2_000);
    const wrong = await db.prisma.trial.count({ where: { sweepId, NOT: { state: 'RUNNING', epoch: 1 } } });
    expect(wrong).toBe(0);
    expect(await db.prisma.attempt.count({ where: { trial: { sweepId } } })).toBe(2_000);
  });

  it('never passes the limit of a sweep, however many ask at once, by name and for the next', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 40, pool: 'limited', maxConcurrent: 3 });
    const asking = { workerId: 'worker-1', leaseTtlMs: LEASE_TTL_MS };
    const claims = await Promise.all([
      ...Array.from({ length: 20 }, () => claimNext(db, { ...asking, pool: 'limited' })),
      ...trialIds.slice(20).map((trialId) => claimTrial(db, { ...asking, trialId })),
    ]);
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(3);
    expect(await db.prisma.trial.count({ where: { sweepId, state: 'RUNNING' } })).toBe(3);
  });

  it('asks a worker it does not know to register, and takes nothing', async () => {
    const { trialIds } = await addSweep(db);
    const trialId = trialIds[0] as number;
    const claim = await claimTrial(db, { workerId: 'stranger', trialId, leaseTtlMs: LEASE_TTL_MS });
    expect(claim.kind).toBe('unknown-worker');
    expect((await trialRow(db, trialId)).state).toBe('QUEUED');
  });

  it('keeps pools apart', async () => {
    await addSweep(db, { pool: 'left' });
    const right = await claimNext(db, { workerId: 'worker-1', pool: 'right', leaseTtlMs: LEASE_TTL_MS });
    expect(right.kind).toBe('none');
  });

  it('renews leases it knows, fences the others and passes a cancel on', async () => {
    const kept = await running(db);
    const stopped = await running(db);
    await cancelSweep(db, stopped.sweepId);
    const leases = [kept, stopped, { trialId: kept.trialId, epoch: 7 }, { trialId: 2 ** 30, epoch: 1 }];
    const renewed = await renewLeases(db, {
      workerId: 'worker-1',
      leases,
      draining: false,
      leaseTtlMs: LEASE_TTL_MS,
    });
    if (renewed.kind !== 'renewed') throw new Error(renewed.kind);
    expect(renewed.decisions.map((lease) => lease.decision)).toEqual([
      'CONTINUE',
      'CANCEL',
      'FENCED',
      'FENCED',
    ]);
    const stranger = { workerId: 'stranger', leases: [], draining: false, leaseTtlMs: LEASE_TTL_MS };
    expect((await renewLeases(db, stranger)).kind).toBe('unknown-worker');
  });
});

describe('leading', () => {
  it('is for one at a time, goes to the next when it lapses, and extends leases then', async () => {
    const lease = await running(db);
    const ask = (holder: string, leaderTtlMs: number) =>
      acquireLeadership(db, { holder, leaderTtlMs, leaseTtlMs: LEASE_TTL_MS });
    const both = await Promise.all([ask('one', 60_000), ask('two', 60_000)]);
    const [first] = both.filter((term) => term !== null);
    if (!first || both.every((term) => term !== null)) throw new Error(`leaders: ${JSON.stringify(both)}`);
    expect(await renewLeadership(db, first, 60_000)).toBe(true);
    await resignLeadership(db, first);
    expect(await renewLeadership(db, first, 60_000)).toBe(false);
    await expireLeases(db);
    const second = await ask('three', 60_000);
    expect(second?.term).toBe(first.term + 1);
    const { rows } = await db.pool.query(
      'SELECT lease_expires_at > clock_timestamp() AS live FROM trial WHERE id = $1',
      [lease.trialId],
    );
    expect(rows[0]?.live).toBe(true);
    if (second) await resignLeadership(db, second);
  });
});
