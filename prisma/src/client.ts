/** The only `new PrismaClient`, and the pool beside it for statements that must be written by hand. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './gen/client.js';

export type { PrismaClient } from './gen/client.js';

/** Prisma and raw SQL on one pool. */
export type Database = { prisma: PrismaClient; pool: pg.Pool; close(): Promise<void> };

/** Default of `queryTimeoutMs`. */
export const QUERY_TIMEOUT_MS = 20_000;

/**
 * Opens a pool; nothing connects before the first query.
 * @param connectionLimit connections this process may hold
 * @param queryTimeoutMs a statement without an answer by then fails and its connection is dropped; default 20 s, many
 *   times what our slowest takes. Without it a half-open connection holds its caller until TCP gives up, a quarter of
 *   an hour later, and a few of them hold the whole pool.
 *   Postgres gives up a little earlier by itself: a statement that nobody waits for would hold its server process, and
 *   a table that is locked for minutes would use them all up.
 * @param onIdleError a pooled connection broke while idle; the pool replaces it, so this is for the log
 * @param onUnanswered a statement ended without Postgres' word on it (connection broken, no answer in time): it may have
 *   been committed, or be about to be, within `queryTimeoutMs`
 */
export function openDatabase(params: {
  url: string;
  connectionLimit?: number;
  queryTimeoutMs?: number;
  onIdleError?: (error: Error) => void;
  onUnanswered?: () => void;
}): Database {
  const queryTimeoutMs = params.queryTimeoutMs ?? QUERY_TIMEOUT_MS;
  const pool = new pg.Pool({
    connectionString: params.url,
    max: params.connectionLimit ?? 10,
    // pg waits for ever by default; five seconds turn an outage into an error that callers can retry.
    connectionTimeoutMillis: 5_000,
    query_timeout: queryTimeoutMs,
    statement_timeout: Math.ceil(0.9 * queryTimeoutMs),
    keepAlive: true,
  });
  pool.on('error', (error) => params.onIdleError?.(error));
  pool.on('release', (error) => {
    if (error && !isAnswer(error)) params.onUnanswered?.();
  });
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

/** Classes 08 and 57P: the server ends the connection, and says nothing of what became of the statement. */
function isAnswer(error: Error | boolean): boolean {
  return error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '');
}
