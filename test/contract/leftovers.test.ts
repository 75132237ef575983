/** Rows that have done their work go, and no others. */
import { acquireLeadership, type LeaderTerm } from '@adt/coordinator/store/leader';
import { dropAbsent, dropSentHints } from '@adt/coordinator/store/leftovers';
import { beforeAll, expect, it } from 'vitest';
import { addSweep, addWorker, openTestDatabase, running } from './trials.js';

const HOUR_MS = 3_600_000;
let db: Awaited<ReturnType<typeof openTestDatabase>>;
let leader: LeaderTerm;

beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
  const term = await acquireLeadership(db, { holder: 'one', leaderTtlMs: HOUR_MS, leaseTtlMs: HOUR_MS });
  if (!term) throw new Error('somebody else leads');
  leader = term;
});

it('hints that were sent more than an hour ago go, in as many batches as it takes; the others stay', async () => {
  const { sweepId } = await addSweep(db, { size: 11_000 });
  await db.pool.query(
    `UPDATE outbox o SET sent_at = clock_timestamp() - interval '2 hours' FROM trial t
     WHERE t.id = o.trial_id AND t.sweep_id = $1 AND t.number <= 10500`,
    [sweepId],
  );
  await db.pool.query(
    `UPDATE outbox o SET sent_at = clock_timestamp() FROM trial t
     WHERE t.id = o.trial_id AND t.sweep_id = $1 AND t.number > 10900`,
    [sweepId],
  );
  expect(await dropSentHints(db, () => leader, HOUR_MS)).toBe(10_500);
  expect(await db.prisma.outbox.count()).toBe(500);
  expect(await db.prisma.outbox.count({ where: { sentAt: null } })).toBe(400);
});

it('workers unseen for long go, unless they have trained: what is measured there is still asked for', async () => {
  await running(db);
  await addWorker(db, 'worker-idle');
  await addWorker(db, 'worker-alive');
  await db.prisma.worker.updateMany({
    where: { id: { not: 'worker-alive' } },
    data: { lastSeenAt: new Date(Date.now() - 2 * HOUR_MS) },
  });
  expect(await dropAbsent(db, leader, { workerMs: HOUR_MS, coordinatorMs: HOUR_MS })).toBe(1);
  const left = await db.prisma.worker.findMany({ orderBy: { id: 'asc' } });
  expect(left.map(({ id }) => id)).toEqual(['worker-1', 'worker-alive']);
});
