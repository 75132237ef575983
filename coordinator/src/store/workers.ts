/** Workers: who registered, with what, and when each was last heard of. */
import type { Database } from '@adt/prisma/client';
import type { MachineLoad } from './claims.js';

export type EngineInfo = { name: string; version: string; device: string; slotMemoryBytes: number };
export type NewWorker = {
  id: string;
  host: string;
  pool: string;
  slots: number;
  threadsPerSlot: number;
  engines: EngineInfo[];
};
export type WorkerRow = NewWorker & {
  draining: boolean;
  /** Somebody wants it to drain. */
  drainRequested: boolean;
  /** Of its machine, at the last heartbeat; null: it does not say. */
  load: MachineLoad | null;
  /** Silent for longer than a lease. */
  lost: boolean;
  runningTrialIds: number[];
  startedAt: Date;
  lastSeenAt: Date;
};

/** Registers, or refreshes what a worker says of itself. */
export async function registerWorker(db: Database, worker: NewWorker): Promise<void> {
  await db.pool.query(
    `INSERT INTO worker (id, host, pool, slots, threads_per_slot, engines, slot_memory)
     VALUES ($1, $2, $3, $4, $5, $6, $7::bigint)
     ON CONFLICT (id) DO UPDATE
     SET host = excluded.host, pool = excluded.pool, slots = excluded.slots,
         threads_per_slot = excluded.threads_per_slot, engines = excluded.engines, slot_memory = excluded.slot_memory,
         draining = worker.drain_requested, last_seen_at = clock_timestamp()`,
    [
      worker.id,
      worker.host,
      worker.pool,
      worker.slots,
      worker.threadsPerSlot,
      JSON.stringify(worker.engines),
      memoryOf(worker.engines),
    ],
  );
}

/** Workers that are heard of, and do not drain by themselves. @returns those that are known; the others must register */
export async function touchWorkers(
  db: Database,
  beats: readonly { id: string; load: MachineLoad | null }[],
): Promise<{ id: string; drain: boolean }[]> {
  const { rows } = await db.pool.query<{ id: string; drain: boolean }>({
    name: 'touch-workers',
    // In the order of their ids, as everywhere, so that two statements can't deadlock.
    text: `
      WITH beats AS (SELECT id, load FROM unnest($1::text[], $2::jsonb[]) AS b(id, load)), alive AS MATERIALIZED (
        SELECT w.id FROM worker w JOIN beats ON beats.id = w.id ORDER BY w.id FOR NO KEY UPDATE OF w
      )
      UPDATE worker w SET last_seen_at = clock_timestamp(), draining = w.drain_requested, load = beats.load
      FROM alive JOIN beats ON beats.id = alive.id WHERE w.id = alive.id
      RETURNING w.id, w.drain_requested AS drain`,
    values: [beats.map(({ id }) => id), beats.map(({ load }) => load && JSON.stringify(load))],
  });
  return rows;
}

/** Which engine will train is not known beforehand: the least counts. Null: none reports any. */
function memoryOf(engines: readonly EngineInfo[]): number | null {
  const known = engines.map(({ slotMemoryBytes }) => slotMemoryBytes).filter((bytes) => bytes > 0);
  return known.length === 0 ? null : Math.min(...known);
}

const COLUMNS = `
  w.id, w.host, w.pool, w.slots, w.threads_per_slot AS "threadsPerSlot", w.engines, w.draining,
  w.drain_requested AS "drainRequested", w.load,
  w.last_seen_at < clock_timestamp() - $1::float8 * interval '1 ms' AS lost,
  ARRAY(SELECT t.id FROM trial t WHERE t.state = 'RUNNING' AND t.worker_id = w.id ORDER BY t.id)
    AS "runningTrialIds",
  w.started_at AS "startedAt", w.last_seen_at AS "lastSeenAt"`;

/** Workers heard of within the last day, newest first; one that said it would go, and went, is not missed. */
export async function listWorkers(db: Database, leaseTtlMs: number): Promise<WorkerRow[]> {
  const { rows } = await db.pool.query<WorkerRow>(
    `SELECT ${COLUMNS}
     FROM worker w WHERE w.last_seen_at > clock_timestamp() - interval '1 day'
       AND (NOT w.draining OR w.last_seen_at >= clock_timestamp() - $1::float8 * interval '1 ms'
            OR EXISTS (SELECT FROM trial t WHERE t.state = 'RUNNING' AND t.worker_id = w.id))
     ORDER BY w.started_at DESC, w.id LIMIT 1000`,
    [leaseTtlMs],
  );
  return rows;
}

/**
 * Wants a worker to take no more trials, or to take them again: its next heartbeat is told. Meanwhile it counts as
 * draining, so that nothing is planned on its slots. @returns the worker as it stands; null: there is none of that id
 */
export async function askToDrain(
  db: Database,
  params: { workerId: string; drain: boolean; leaseTtlMs: number },
): Promise<WorkerRow | null> {
  const { workerId, drain, leaseTtlMs } = params;
  const { rowCount } = await db.pool.query(
    'UPDATE worker SET drain_requested = $2, draining = $2 WHERE id = $1',
    [workerId, drain],
  );
  if (rowCount === 0) return null;
  const { rows } = await db.pool.query<WorkerRow>(`SELECT ${COLUMNS} FROM worker w WHERE w.id = $2`, [
    leaseTtlMs,
    workerId,
  ]);
  return rows[0] ?? null;
}

/** Every pool that a worker has ever registered for. */
export async function workerPools(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query<{ pool: string }>('SELECT DISTINCT pool FROM worker ORDER BY pool');
  return rows.map((row) => row.pool);
}

/** Slots of the pool's workers that are alive and take work. */
export async function slotsInPool(db: Database, pool: string, leaseTtlMs: number): Promise<number> {
  const { rows } = await db.pool.query<{ slots: number }>(
    `SELECT coalesce(sum(slots), 0)::int AS slots FROM worker
     WHERE pool = $1 AND NOT draining AND last_seen_at > clock_timestamp() - $2::float8 * interval '1 ms'`,
    [pool, leaseTtlMs],
  );
  return rows[0]?.slots ?? 0;
}

/** A pool as it is now: its live slots, and the threads each has; null where its workers differ, or none lives. */
export async function poolCapacity(
  db: Database,
  pool: string,
  leaseTtlMs: number,
): Promise<{ slots: number; threads: number | null }> {
  const { rows } = await db.pool.query<{ slots: number; threads: number | null }>(
    `SELECT coalesce(sum(slots), 0)::int AS slots,
            CASE WHEN min(threads_per_slot) = max(threads_per_slot) THEN min(threads_per_slot) END AS threads
     FROM worker
     WHERE pool = $1 AND NOT draining AND last_seen_at > clock_timestamp() - $2::float8 * interval '1 ms'`,
    [pool, leaseTtlMs],
  );
  return rows[0] ?? { slots: 0, threads: null };
}
