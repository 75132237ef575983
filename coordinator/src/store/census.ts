/** How much there is of what, for whoever watches the platform. */
import type { Database } from '@adt/prisma/client';

export type Census = {
  states: { state: string; count: number }[];
  /** Queued trials, a row a pool. */
  queued: { pool: string; count: number }[];
  leases: number;
  workers: number;
};

const CENSUS = `
  SELECT (SELECT coalesce(json_agg(s), '[]') FROM (SELECT state, count(*)::int AS count FROM trial GROUP BY state) s) AS states,
         (SELECT coalesce(json_agg(q), '[]') FROM (
            SELECT s.pool, count(*)::int AS count FROM trial t JOIN sweep s ON s.id = t.sweep_id
            WHERE t.state = 'QUEUED' GROUP BY s.pool) q) AS queued,
         (SELECT count(*)::int FROM trial WHERE state = 'RUNNING' AND lease_expires_at > clock_timestamp()) AS leases,
         (SELECT count(*)::int FROM worker
          WHERE last_seen_at > clock_timestamp() - $1::float8 * interval '1 ms') AS workers`;

/** @param leaseTtlMs a worker that was silent for longer is gone */
export async function takeCensus(db: Database, leaseTtlMs: number): Promise<Census> {
  const { rows } = await db.pool.query<Census>(CENSUS, [leaseTtlMs]);
  return rows[0] as Census;
}
