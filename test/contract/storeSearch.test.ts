/** The search log against a real Postgres: who may append, what goes with an entry, and what races leave behind. */
import { chainHash, type Entry, type LoggedEntry, rootHash } from '@adt/coordinator/search/log/entry';
import { acquireLeadership, type LeaderTerm, resignLeadership } from '@adt/coordinator/store/leader';
import { type Append, appendEntries, readEntries, untoldTrials } from '@adt/coordinator/store/searchLog';
import { cancelSweep } from '@adt/coordinator/store/sweeps';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addWorker, expireLeases, LEASE_TTL_MS, newSweep, openTestDatabase, running } from './trials.js';

let db: Database;
let leader: LeaderTerm;

beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
});

beforeEach(async () => {
  const term = await acquireLeadership(db, { holder: 'one', leaderTtlMs: 60_000, leaseTtlMs: LEASE_TTL_MS });
  if (!term) throw new Error('somebody else leads');
  leader = term;
  return () => resignLeadership(db, term);
});

const PRUNE: Entry = {
  kind: 'judged',
  trial: 1,
  step: 10,
  bracket: 0,
  value: 0.1,
  prune: true,
  reason: 'pruned at iteration 10',
};

function logged(...entries: Entry[]): LoggedEntry[] {
  let hash = rootHash('b'.repeat(64), { facts: [], prior: [], rules: 1 });
  return entries.map((entry, at) => {
    hash = chainHash(hash, entry);
    return { number: at + 1, entry, hash };
  });
}

function append(sweepId: number, more: Pick<Append, 'by'> & Partial<Append>) {
  return appendEntries(db, {
    sweepId,
    after: 0,
    entries: logged(PRUNE),
    trials: [],
    firstNumber: 2,
    maxFailures: 2,
    over: null,
    ...more,
  });
}

/** A searched sweep's one trial, running. */
function searched() {
  return running(db, { isSearched: true });
}

const added = newSweep({ size: 4 }).trials.slice(1);

async function pruneReason(trialId: number): Promise<string | null> {
  return (await db.prisma.trial.findUniqueOrThrow({ where: { id: trialId } })).pruneReason;
}

describe('a verdict', () => {
  it('is logged with the request to stop, while the attempt runs', async () => {
    const { sweepId, ...attempt } = await searched();
    expect(await append(sweepId, { by: { attempt } })).toEqual({ kind: 'appended', trialIds: [] });
    expect(await pruneReason(attempt.trialId)).toBe('pruned at iteration 10');
  });

  it('on an attempt that was lost meanwhile is not logged: the trial would run on in spite of it', async () => {
    const { sweepId, ...attempt } = await searched();
    await expireLeases(db);
    const lost = { ending: { kind: 'lost' } as const, lastSeq: null, reaper: leader };
    const { trialId, epoch } = attempt;
    expect(await finishAttempt(db, { trialId, epoch, ...lost })).toMatchObject({ state: 'QUEUED' });
    expect(await append(sweepId, { by: { attempt } })).toEqual({ kind: 'closed' });
    expect(await readEntries(db, sweepId, 0)).toEqual([]);
    expect(await pruneReason(trialId)).toBeNull();
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'and a lost lease at once end as pruned, or as queued and unjudged (%i)',
    async () => {
      const { sweepId, ...attempt } = await searched();
      const { trialId, epoch } = attempt;
      await expireLeases(db);
      await Promise.all([
        append(sweepId, { by: { attempt } }),
        finishAttempt(db, { trialId, epoch, ending: { kind: 'lost' }, lastSeq: null, reaper: leader }),
      ]);
      // The reaper may have been told that something changed, and comes again.
      await finishAttempt(db, { trialId, epoch, ending: { kind: 'lost' }, lastSeq: null, reaper: leader });
      const { state, pruneReason } = await db.prisma.trial.findUniqueOrThrow({ where: { id: trialId } });
      const entries = (await readEntries(db, sweepId, 0)).length;
      expect([
        { state: 'PRUNED', pruneReason: 'pruned at iteration 10', entries: 1 },
        { state: 'QUEUED', pruneReason: null, entries: 0 },
      ]).toContainEqual({ state, pruneReason, entries });
    },
  );

  it('that waited for another change of the sweep still goes through', async () => {
    const { sweepId, ...attempt } = await searched();
    const blocker = await db.pool.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query(`UPDATE sweep SET claims = claims + 1 WHERE id = $1`, [sweepId]);
      const waiting = append(sweepId, { by: { attempt } });
      const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%search_entry%'`;
      await expect.poll(async () => (await db.pool.query(waits)).rowCount).toBe(1);
      await blocker.query('COMMIT');
      expect((await waiting).kind).toBe('appended');
    } finally {
      blocker.release();
    }
    expect(await pruneReason(attempt.trialId)).not.toBeNull();
  });
});

describe('appending', () => {
  it('lets one of many through at the same place, and none that leads no more', async () => {
    const { sweepId } = await searched();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => append(sweepId, { by: { leader }, trials: added })),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['appended', ...Array(5).fill('behind')]);
    expect(await db.prisma.trial.count({ where: { sweepId } })).toBe(4);
    await resignLeadership(db, leader);
    expect(await append(sweepId, { by: { leader }, after: 1 })).toEqual({ kind: 'closed' });
  });

  it('refuses a training that the sweep has already, and is not silent about it', async () => {
    const { sweepId } = await searched();
    const again = newSweep().trials;
    await expect(append(sweepId, { by: { leader }, trials: again })).rejects.toThrow(/trial_.*key/);
    expect(await readEntries(db, sweepId, 0)).toEqual([]);
  });

  it('is told of no trial twice: hearing is part of the entry that says so', async () => {
    const { sweepId, ...attempt } = await searched();
    const ending = { kind: 'failed', failureClass: 'USER', reason: 'NON_FINITE' } as const;
    await finishAttempt(db, { ...attempt, ending, lastSeq: 0 });
    const [untold] = await untoldTrials(db, sweepId);
    expect(untold).toMatchObject({ number: 1, state: 'FAILED' });
    const told = logged({ kind: 'told', trial: 1, outcome: 'failed', value: null, step: null });
    await append(sweepId, { by: { leader }, entries: told });
    expect(await untoldTrials(db, sweepId)).toEqual([]);
  });

  it.each([1, 2, 3, 4])('at once with a cancel leaves no trial open (%i)', async () => {
    const { sweepId, ...attempt } = await searched();
    await Promise.all([append(sweepId, { by: { leader }, trials: added }), cancelSweep(db, sweepId)]);
    const open = { sweepId, state: { in: ['QUEUED', 'RUNNING'] as ('QUEUED' | 'RUNNING')[] } };
    expect(await db.prisma.trial.count({ where: { ...open, cancelRequested: false } })).toBe(0);
    expect(await db.prisma.trial.count({ where: open })).toBe(1);
    expect(await append(sweepId, { by: { attempt } })).toEqual({ kind: 'closed' });
  });
});
