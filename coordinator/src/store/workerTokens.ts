/** Tokens of workers: made, listed, revoked, found. Postgres' clock decides when one is over. */
import type { Database } from '@adt/prisma/client';

export type NewWorkerToken = { name: string; sha256: string; pool: string | null; lifetimeMs: number | null };
export type WorkerTokenRow = {
  name: string;
  pool: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
};
export type ValidToken = { sha256: string; pool: string | null };

const IS_OVER = `(worker_token.revoked_at IS NOT NULL OR worker_token.expires_at <= clock_timestamp())`;

/** False: the name has a token that still holds. One that is over is replaced. */
export async function createWorkerToken(db: Database, token: NewWorkerToken): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    `INSERT INTO worker_token (name, sha256, pool, expires_at)
     VALUES ($1, $2, $3, clock_timestamp() + $4::float8 * interval '1 ms')
     ON CONFLICT (name) DO UPDATE
     SET sha256 = excluded.sha256, pool = excluded.pool, created_at = clock_timestamp(),
         expires_at = excluded.expires_at, revoked_at = NULL
     WHERE ${IS_OVER}`,
    [token.name, token.sha256, token.pool, token.lifetimeMs],
  );
  return rowCount === 1;
}

/** By name. */
export async function listWorkerTokens(db: Database): Promise<WorkerTokenRow[]> {
  const { rows } = await db.pool.query<WorkerTokenRow>(
    `SELECT name, pool, created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"
     FROM worker_token ORDER BY name LIMIT 10000`,
  );
  return rows;
}

/** False: there is none of that name. A repeat keeps the first time. */
export async function revokeWorkerToken(db: Database, name: string): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    'UPDATE worker_token SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE name = $1',
    [name],
  );
  return rowCount === 1;
}

/** Null: no such token, or it is over. */
export async function findWorkerToken(db: Database, name: string): Promise<ValidToken | null> {
  const { rows } = await db.pool.query<ValidToken>({
    name: 'worker-token',
    text: `SELECT sha256, pool FROM worker_token WHERE name = $1 AND ${IS_OVER} IS NOT TRUE`,
    values: [name],
  });
  return rows[0] ?? null;
}
