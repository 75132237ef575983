/** Who leads: one row, one term at a time; and the amnesty that goes with a new term. */
import type { Database } from '@adt/prisma/client';

/** Identifies one reign. Writes that only a leader may make carry it. */
export type LeaderTerm = { holder: string; term: number };

const ROLE = 'scheduler';

/**
 * Holds in a statement while this term is the running one: a leader that was frozen, or cut off, and goes on writes
 * nothing. A statement that held when it began may have waited for a lock since; what it does then is guarded by its
 * own comparison (lease, epoch, number of the log's entry), which Postgres makes anew on the row as it has become.
 * @param holder number of the statement's parameter with the term's holder
 * @param term of the one with its number
 */
export function leads(holder: number, term: number): string {
  return `EXISTS (
    SELECT FROM leader WHERE role = '${ROLE}' AND holder = $${holder} AND term = $${term}
      AND expires_at > clock_timestamp())`;
}

// Taking over extends every lease in the same statement: while nobody led, workers may have renewed in vain.
const AMNESTY = `
  UPDATE trial t SET lease_expires_at = greatest(t.lease_expires_at, clock_timestamp() + $1::float8 * interval '1 ms')
  FROM live WHERE t.id = live.id AND t.state = 'RUNNING'`;

const ACQUIRE = `
  WITH won AS (
    INSERT INTO leader AS l (role, holder, term, expires_at)
    VALUES ('${ROLE}', $2, 1, clock_timestamp() + $3::float8 * interval '1 ms')
    ON CONFLICT (role) DO UPDATE
      SET holder = excluded.holder, term = l.term + 1, expires_at = excluded.expires_at
      WHERE l.expires_at < clock_timestamp()
    RETURNING term
  ), live AS MATERIALIZED (
    SELECT id FROM trial WHERE state = 'RUNNING' AND EXISTS (SELECT FROM won) ORDER BY id FOR UPDATE
  ), spared AS (${AMNESTY})
  SELECT term FROM won`;

/** Whether a term is running. Only reads: who waits asks twice a second, and must not lock the row that is renewed. */
export async function isLed(db: Database): Promise<boolean> {
  const { rows } = await db.pool.query({
    name: 'is-led',
    text: `SELECT FROM leader WHERE role = '${ROLE}' AND expires_at >= clock_timestamp()`,
  });
  return rows.length > 0;
}

/** Becomes leader if nobody is; extends all leases by one TTL in the same statement. Null: another one leads. */
export async function acquireLeadership(
  db: Database,
  params: { holder: string; leaderTtlMs: number; leaseTtlMs: number },
): Promise<LeaderTerm | null> {
  const values = [params.leaseTtlMs, params.holder, params.leaderTtlMs];
  const { rows } = await db.pool.query<{ term: number }>(ACQUIRE, values);
  return rows[0] ? { holder: params.holder, term: rows[0].term } : null;
}

/** Stays leader. False: the term is over, another one may lead. */
export async function renewLeadership(db: Database, term: LeaderTerm, leaderTtlMs: number): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `UPDATE leader SET expires_at = clock_timestamp() + $3::float8 * interval '1 ms'
     WHERE role = '${ROLE}' AND holder = $1 AND term = $2 AND expires_at > clock_timestamp()`,
    [term.holder, term.term, leaderTtlMs],
  );
  return rowCount === 1;
}

/** Steps down, so that the next one need not wait for the TTL. */
export async function resignLeadership(db: Database, term: LeaderTerm): Promise<void> {
  // A second ago: the column rounds to milliseconds, and "now" may round up into the future.
  await db.pool.query(
    `UPDATE leader SET expires_at = clock_timestamp() - interval '1 second' WHERE role = '${ROLE}' AND holder = $1 AND term = $2`,
    [term.holder, term.term],
  );
}

/** Extends all live leases by one TTL: after an outage of our own, no healthy trial may die of it. */
export async function grantAmnesty(db: Database, term: LeaderTerm, leaseTtlMs: number): Promise<void> {
  await db.pool.query(
    `WITH live AS MATERIALIZED (
       SELECT id FROM trial WHERE state = 'RUNNING' AND ${leads(2, 3)}
       ORDER BY id FOR UPDATE
     ) ${AMNESTY}`,
    [leaseTtlMs, term.holder, term.term],
  );
}
