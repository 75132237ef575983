/** Heartbeats of workers without a lease: many in one statement, each answered for itself. */
import { IdleBeats } from '@adt/coordinator/rpc/idleBeats';
import { expect, it } from 'vitest';
import { addWorker, openTestDatabase } from './trials.js';

const LOAD = { memoryUsedBytes: 1, memoryTotalBytes: 2, cpuLoad: 0.5 };

it('heartbeats that come together are one statement, and each worker hears whether it is known', async () => {
  const db = await openTestDatabase();
  for (const id of ['idle-1', 'idle-2', 'silent']) await addWorker(db, id);
  await db.pool.query(
    `UPDATE worker SET last_seen_at = 'epoch', draining = true, drain_requested = id = 'idle-2'`,
  );
  const asked: unknown[] = [];
  const pool = new Proxy(db.pool, {
    get(target, name) {
      if (name !== 'query') return Reflect.get(target, name);
      return (query: { name?: string }) => {
        asked.push(query.name);
        return target.query(query as never);
      };
    },
  });
  const beats = new IdleBeats({ ...db, pool });
  const known = await Promise.all(
    ['idle-1', 'stranger', 'idle-2', 'idle-1'].map((id) => beats.beat(id, LOAD)),
  );
  expect(known).toEqual([{ drain: false }, null, { drain: true }, { drain: false }]);
  expect(asked).toEqual(['touch-workers']);
  const { rows } = await db.pool.query(
    `SELECT id, draining, load FROM worker WHERE last_seen_at > 'epoch' ORDER BY id`,
  );
  expect(rows).toEqual([
    { id: 'idle-1', draining: false, load: LOAD },
    { id: 'idle-2', draining: true, load: LOAD },
  ]);
});

it('a heartbeat that Postgres refuses is an error to its caller, and the next one is asked anew', async () => {
  const db = await openTestDatabase();
  await addWorker(db, 'idle-1');
  const beats = new IdleBeats(db);
  await db.pool.query('ALTER TABLE worker RENAME TO hidden');
  await expect(beats.beat('idle-1', null)).rejects.toThrow('"worker" does not exist');
  await db.pool.query('ALTER TABLE hidden RENAME TO worker');
  expect(await beats.beat('idle-1', null)).toEqual({ drain: false });
});
