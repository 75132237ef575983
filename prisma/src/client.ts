/** The only `new PrismaClient`, and the pool beside it for statements that must be written by hand. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './gen/client.js';

export type { PrismaClient } from './gen/client.js';

/** Prisma and raw SQL on one pool. */
export type Database = { prisma: PrismaClient; pool: pg.Pool; close(): Promise<void> };

/**
 * Opens a pool; nothing connects before the first query.
 * @param connectionLimit connections this process may hold
 * @param queryTimeoutMs a statement without an answer by then fails and its connection is dropped; default 20 s, many
 *   times what our slowest takes. Without it a half-open connection holds its caller until TCP gives up, a quarter of
 *   an hour later, and a few of them hold the whole pool.
 * @param onIdleError a pooled connection broke while idle; the pool replaces it, so this is for the log
 */
export function openDatabase(params: {
  url: string;
  connectionLimit?: number;
  queryTimeoutMs?: number;
  onIdleError?: (error: Error) => void;
}): Database {
  const pool = new pg.Pool({
    connectionString: params.url,
    max: params.connectionLimit ?? 10,
    // pg waits for ever by default; five seconds turn an outage into an error that callers can retry.
    connectionTimeoutMillis: 5_000,
    query_timeout: params.queryTimeoutMs ?? 20_000,
    keepAlive: true,
  });
  pool.on('error', (error) => params.onIdleError?.(error));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  let closed = false;
  return {
    prisma,
    pool,
    async close() {
      if (closed) return;
      closed = true;
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
