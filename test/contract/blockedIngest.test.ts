/** Points that Postgres does not take for a while: the leases of their worker go on, and neither they nor a trial are lost. */
import { expiredAttempts } from '@adt/coordinator/store/attempts';
import { renewLeases } from '@adt/coordinator/store/claims';
import { ingest } from '@adt/coordinator/store/metrics';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import { Decision } from '@adt/proto/gen/adt/v1/trial';
import type { PoolClient } from 'pg';
import { expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { ask, MetricStream, type TestCoordinator, testCoordinator } from './coordinator.js';
import {
  addSweep,
  addWorker,
  claimed,
  expireLeases,
  LEASE_TTL_MS,
  OBJECTIVE,
  objective,
  openTestDatabase,
} from './trials.js';

type Db = Pick<TestCoordinator['db'], 'pool'>;

/**
 * Holds up the attempt's first point: whoever inserts it waits for us to commit or to roll back, with the trial's row
 * locked.
 */
async function blockFirstPoint(db: Db, { trialId, epoch }: { trialId: number; epoch: number }) {
  await db.pool.query('INSERT INTO metric (name) VALUES ($1) ON CONFLICT DO NOTHING', [OBJECTIVE]);
  const blocker = await db.pool.connect();
  atEnd(() => blocker.release(true));
  await blocker.query('BEGIN');
  await blocker.query(
    `INSERT INTO metric_point (trial_id, epoch, seq, step, metric_id, value)
     SELECT $1, $2, 1, 1, id, 0 FROM metric WHERE name = $3`,
    [trialId, epoch, OBJECTIVE],
  );
  return blocker;
}

const WAITING = `
  SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
    AND query LIKE '%INSERT INTO metric_point%'`;

async function waitingIngest(db: Db | PoolClient): Promise<number> {
  const pool = 'pool' in db ? db.pool : db;
  await expect.poll(async () => (await pool.query(WAITING)).rowCount, { timeout: 20_000 }).toBe(1);
  return (await pool.query<{ pid: number }>(WAITING)).rows[0]?.pid as number;
}

const leftMs = async (db: Db, trialId: number): Promise<number> => {
  const { rows } = await db.pool.query<{ left: number }>(
    `SELECT 1000 * extract(epoch FROM lease_expires_at - clock_timestamp())::float8 AS left FROM trial WHERE id = $1`,
    [trialId],
  );
  return rows[0]?.left as number;
};

it('an ingest that is held up keeps no other lease from being renewed, nor does its own run out', async () => {
  const db = await openTestDatabase();
  await addWorker(db);
  const { trialIds } = await addSweep(db, { size: 3 });
  const [slow, other, cancelled] = await Promise.all(
    trialIds.map((trialId) => claimed(db, { workerId: 'worker-1', trialId })),
  );
  if (!slow || !other || !cancelled) throw new Error('three trials were to be claimed');
  const leases = [slow, other, cancelled];
  await expireLeases(db);
  const blocker = await blockFirstPoint(db, slow);
  const stored = ingest(db, { ...slow, firstSeq: 1, points: objective(0.1, 0.2), totalSteps: 0 });
  await waitingIngest(db);
  await db.pool.query('UPDATE trial SET cancel_requested = true WHERE id = $1', [cancelled.trialId]);

  const beat = { workerId: 'worker-1', leases, draining: false, leaseTtlMs: LEASE_TTL_MS };
  const decisions = ['CONTINUE', 'CONTINUE', 'CANCEL'];
  const said = async () => {
    const renewed = await renewLeases(db, beat);
    return renewed.kind === 'renewed' && renewed.decisions.map(({ decision }) => decision);
  };
  expect(await said()).toEqual(decisions);
  expect(await leftMs(db, other.trialId)).toBeGreaterThan(0);
  // Its lease has run out by the clock, but its owner is writing: nothing for the reaper.
  expect(await leftMs(db, slow.trialId)).toBeLessThan(0);
  expect(await expiredAttempts(db, 10)).toEqual([]);

  await blocker.query('ROLLBACK');
  expect(await stored).toMatchObject({ kind: 'stored', ackedSeq: 2, fresh: 2 });
  expect(await leftMs(db, slow.trialId)).toBeGreaterThan(0);
  expect(await expiredAttempts(db, 10)).toEqual([]);
  expect(await said()).toEqual(decisions);
  const done = { ...slow, ending: { kind: 'released' } as const, lastSeq: null };
  expect(await finishAttempt(db, done)).toMatchObject({ kind: 'moved', state: 'QUEUED' });
});

it('an ingest that Postgres gives up leaves its owner the lease, and the points come with the next try', async () => {
  // The reaper is not to come between the lease that is made to run out and the ingest that keeps it.
  const c = await testCoordinator({ tunables: { reapEveryMs: 3_600_000 } });
  const worker = { workerId: 'worker-0001' };
  const about = { host: 'here', pool: 'default', slots: 2, threadsPerSlot: 1, engines: [], pid: 1 };
  await ask(c, c.trials, 'register', { ...worker, ...about });
  const { trialIds } = await addSweep(c.db);
  const lease = { ...worker, trialId: trialIds[0] as number, epoch: 1 };
  await ask(c, c.trials, 'claim', lease);
  const blocker = await blockFirstPoint(c.db, lease);
  await expireLeases(c.db);

  const batch = { firstSeq: 1, points: [{ step: 10, metric: OBJECTIVE, value: 0.5 }], totalSteps: 0 };
  const first = new MetricStream(c);
  await first.say({ hello: lease });
  const refused = first.say({ batch });
  refused.catch(() => {});
  const pid = await waitingIngest(c.db);
  const beat = { ...worker, leases: [lease], draining: false };
  const decisions = [{ trialId: lease.trialId, epoch: 1, decision: Decision.CONTINUE }];
  expect((await ask(c, c.trials, 'heartbeat', beat)).decisions).toEqual(decisions);
  await c.db.pool.query('SELECT pg_cancel_backend($1)', [pid]);
  await expect(refused).rejects.toMatchObject({ status: 'UNAVAILABLE' });
  expect(await leftMs(c.db, lease.trialId)).toBeGreaterThan(0);

  await blocker.query('ROLLBACK');
  const second = new MetricStream(c);
  expect((await second.say({ hello: lease })).resume?.ackedSeq).toBe(0);
  expect((await second.say({ batch })).ack?.ackedSeq).toBe(1);
  await second.end();
  expect((await ask(c, c.trials, 'heartbeat', beat)).decisions).toEqual(decisions);
});
