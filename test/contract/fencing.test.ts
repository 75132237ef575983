/** Every write that is the leader's alone, made by one whose term is over: it must change nothing. */
import {
  acquireLeadership,
  grantAmnesty,
  type LeaderTerm,
  renewLeadership,
  resignLeadership,
} from '@adt/coordinator/store/leader';
import { dropAbsent, dropSentHints } from '@adt/coordinator/store/leftovers';
import { dropStaleHints, markSent } from '@adt/coordinator/store/outbox';
import { appendEntries, endSearch, noteProblem } from '@adt/coordinator/store/searchLog';
import { finishSweeps, stopOpenTrials } from '@adt/coordinator/store/sweeps';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import { beforeEach, expect, it } from 'vitest';
import { addSweep, addWorker, expireLeases, openTestDatabase, running } from './trials.js';

const LEASE_TTL_MS = 30_000;
let db: Awaited<ReturnType<typeof openTestDatabase>>;
let deposed: LeaderTerm;
let leading: LeaderTerm;

async function lead(holder: string): Promise<LeaderTerm> {
  const term = await acquireLeadership(db, { holder, leaderTtlMs: 600_000, leaseTtlMs: LEASE_TTL_MS });
  if (!term) throw new Error('somebody else leads');
  return term;
}

beforeEach(async () => {
  db = await openTestDatabase();
  await addWorker(db);
  deposed = await lead('first');
  await resignLeadership(db, deposed);
  leading = await lead('second');
});

/** Everything that a leader may write to. */
async function everything(): Promise<unknown> {
  const tables = ['sweep', 'trial', 'attempt', 'outbox', 'search_entry', 'worker', 'leader'];
  const read = tables.map((table) => db.pool.query(`SELECT * FROM ${table} AS row ORDER BY row::text`));
  return (await Promise.all(read)).map(({ rows }) => rows);
}

/** Does it as the deposed leader, which must leave all as it is, then as the one that leads, which must not. */
async function expectFenced(write: (term: LeaderTerm) => Promise<unknown>): Promise<void> {
  const before = await everything();
  await write(deposed);
  expect(await everything()).toEqual(before);
  await write(leading);
  expect(await everything()).not.toEqual(before);
}

it('a renewal', async () => {
  await expectFenced((term) => renewLeadership(db, term, 700_000));
});

it('an amnesty', async () => {
  await running(db);
  await expectFenced((term) => grantAmnesty(db, term, 2 * LEASE_TTL_MS));
});

it('a lease taken away', async () => {
  const { trialId, epoch } = await running(db);
  await expireLeases(db);
  await expectFenced((reaper) =>
    finishAttempt(db, { trialId, epoch, ending: { kind: 'lost' }, lastSeq: null, reaper }),
  );
});

it('hints marked sent', async () => {
  await addSweep(db);
  const ids = (await db.prisma.outbox.findMany()).map(({ id }) => id);
  await expectFenced((term) => markSent(db, ids, term));
});

it('hints dropped', async () => {
  await running(db);
  await expectFenced((term) => dropStaleHints(db, term));
});

it('rows that have done their work', async () => {
  await addSweep(db);
  await db.prisma.outbox.updateMany({ data: { sentAt: new Date(0) } });
  await expectFenced((term) => dropSentHints(db, () => term, 60_000));
  await db.prisma.worker.updateMany({ data: { lastSeenAt: new Date(0) } });
  await expectFenced((term) => dropAbsent(db, term, { workerMs: 60_000, coordinatorMs: 60_000 }));
});

it('trials stopped with their sweep', async () => {
  const { sweepId } = await addSweep(db);
  await db.prisma.sweep.update({ where: { id: sweepId }, data: { stopReason: 'enough' } });
  await expectFenced((term) => stopOpenTrials(db, null, term));
});

it('sweeps finished', async () => {
  await addSweep(db, { size: 0 });
  await expectFenced((term) => finishSweeps(db, null, term));
});

it('entries of a search, and what shows its problem or ends it', async () => {
  const { sweepId } = await addSweep(db, { size: 0, isSearched: true });
  const entry = { kind: 'stopped', reason: 'enough' } as const;
  await expectFenced((leader) =>
    appendEntries(db, {
      sweepId,
      after: 0,
      entries: [{ number: 1, entry, hash: 'c'.repeat(64) }],
      trials: [],
      firstNumber: 1,
      maxFailures: 1,
      over: null,
      by: { leader },
    }),
  );
  await expectFenced((leader) => noteProblem(db, { sweepId, problem: 'damaged', leader }));
  await expectFenced((leader) => endSearch(db, { sweepId, reason: 'too late', leader }));
});
