/** Sessions of browsers, by the hash of their id. Ending one deletes it, so a stolen cookie dies with the sign-out. */
import type { Database } from '@adt/prisma/client';

/** Opens a session, unless it is open; and forgets those that are over. */
export async function openSession(db: Database, sha256: string, lifetimeMs: number): Promise<void> {
  await db.pool.query('DELETE FROM session WHERE expires_at <= clock_timestamp()');
  await db.pool.query(
    `INSERT INTO session (sha256, expires_at) VALUES ($1, clock_timestamp() + $2::float8 * interval '1 ms')
     ON CONFLICT DO NOTHING`,
    [sha256, lifetimeMs],
  );
}

export async function isSessionOpen(db: Database, sha256: string): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    'SELECT FROM session WHERE sha256 = $1 AND expires_at > clock_timestamp()',
    [sha256],
  );
  return rowCount === 1;
}

export async function endSession(db: Database, sha256: string): Promise<void> {
  await db.pool.query('DELETE FROM session WHERE sha256 = $1', [sha256]);
}
