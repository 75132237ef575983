import { closeAttempt } from '@adt/coordinator/store/attempts';
import { claimNext } from '@adt/coordinator/store/claims';
import { acquireLeadership, type LeaderTerm } from '@adt/coordinator/store/leader';
import {
  dropStaleHints,
  hintedTrials,
  markSent,
  sweepDemands,
  unsentHints,
} from '@adt/coordinator/store/outbox';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addSweep, addWorker, claimed, LEASE_TTL_MS, openTestDatabase } from './trials.js';

const WINDOW = { perSlot: 2, least: 8 };
const NOTHING = { result: null, exitCode: null, stderrTail: null, reaper: null };

let db: Database;

let leader: LeaderTerm;

beforeAll(async () => {
  db = await openTestDatabase();
});

beforeEach(async () => {
  await db.pool.query('TRUNCATE sweep, worker, leader CASCADE');
  const won = await acquireLeadership(db, { holder: 'test', leaderTtlMs: 600_000, leaseTtlMs: LEASE_TTL_MS });
  if (won === null) throw new Error('another one leads');
  leader = won;
});

const demands = (hinted: [number, number][] = []) => sweepDemands(db, new Map(hinted), WINDOW, LEASE_TTL_MS);

describe('the outbox', () => {
  it('counts what waits up to a window of the pool, and which hints are still out', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 20 });
    expect(await demands()).toMatchObject([{ id: sweepId, slots: 0, running: 0, hinted: 0, waiting: 8 }]);
    for (const id of ['worker-1', 'worker-2', 'worker-3']) await addWorker(db, id);
    const hints = await unsentHints(db, new Map([[sweepId, 3]]));
    expect(hints.map(({ trialId }) => trialId)).toEqual(trialIds.slice(0, 3));
    await markSent(
      db,
      hints.map(({ id }) => id),
      leader,
    );
    await claimed(db, { workerId: 'worker-1', trialId: trialIds[0] ?? 0 });
    const out = hints.map(({ trialId, epoch }): [number, number] => [trialId, epoch]);
    expect(await demands(out)).toMatchObject([
      { slots: 6, running: 1, hinted: 2, hintedIds: trialIds.slice(1, 3), waiting: 12 },
    ]);
    // What a leader that knows nothing finds in Postgres.
    expect((await hintedTrials(db)).map(({ trialId }) => trialId)).toEqual(trialIds.slice(1, 3));
  });

  it('puts a trial that is queued again behind those that waited, for hints and for ClaimNext', async () => {
    const workerId = await addWorker(db);
    const { sweepId, trialIds } = await addSweep(db, { size: 3 });
    const [first = 0, second = 0, third = 0] = trialIds;
    const lease = await claimed(db, { workerId, trialId: first });
    await finishAttempt(db, { ...lease, ending: { kind: 'released' }, lastSeq: null });
    const granted = async (count: number) =>
      (await unsentHints(db, new Map([[sweepId, count]]))).map(({ trialId, epoch }) => [trialId, epoch]);
    // The outbox has the hint of the first attempt still, and nobody needs it.
    expect(await granted(2)).toEqual([
      [second, 0],
      [third, 0],
    ]);
    expect(await granted(9)).toEqual([
      [second, 0],
      [third, 0],
      [first, 1],
    ]);
    await dropStaleHints(db, leader);
    expect(await db.prisma.outbox.count({ where: { sentAt: null } })).toBe(3);
    const next = await claimNext(db, { workerId, pool: 'default', leaseTtlMs: LEASE_TTL_MS });
    expect(next).toMatchObject({ kind: 'claimed', trial: { trialId: second } });
  });

  it('tells with the end of a trial whether its sweep has more that waits', async () => {
    const workerId = await addWorker(db);
    const { trialIds } = await addSweep(db, { size: 2 });
    const end = async (trialId: number) => {
      const { epoch } = await claimed(db, { workerId, trialId });
      const seen = { workerId, failures: 0, cancelRequested: false, pruneRequested: false, ackedSeq: 0 };
      const verdict = {
        state: 'SUCCEEDED',
        outcome: 'SUCCEEDED',
        failures: 0,
        failureClass: null,
        reason: null,
      } as const;
      return await closeAttempt(db, { trialId, epoch, verdict, seen, ...NOTHING });
    };
    expect(await end(trialIds[0] ?? 0)).toMatchObject({ told: true, moreQueued: true });
    expect(await end(trialIds[1] ?? 0)).toMatchObject({ told: true, moreQueued: false });
  });
});
