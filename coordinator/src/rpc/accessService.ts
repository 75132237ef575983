/** AccessService: tokens of workers, sessions of browsers. Secrets pass through and are stored as hashes only. */
import type { AccessServiceServer, WorkerToken } from '@adt/proto/gen/adt/v1/access';
import { hashOfSecret, newWorkerToken, WORKER_NAME } from '@adt/proto/workerToken';
import { endSession, isSessionOpen, openSession } from '../store/sessions.js';
import {
  createWorkerToken,
  listWorkerTokens,
  revokeWorkerToken,
  type WorkerTokenRow,
} from '../store/workerTokens.js';
import { checkInteger, checkText, POOL } from './check.js';
import type { Context } from './context.js';
import { notFound, Refusal, status } from './refusal.js';
import { unary } from './unary.js';
import type { WorkerTokens } from './workerTokens.js';

const SESSION_ID = /^[\w-]{16,64}$/;
const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

export function accessService({ db, log }: Context, workers: WorkerTokens): AccessServiceServer {
  const sessionHash = (id: string): string => hashOfSecret(checkText('session_id', id, SESSION_ID));
  return {
    createWorkerToken: unary(log, async ({ name, pool, lifetimeMs }) => {
      checkText('name', name, WORKER_NAME);
      if (pool !== undefined) checkText('pool', pool, POOL);
      if (lifetimeMs !== undefined) checkInteger('lifetime_ms', lifetimeMs, 1_000, TEN_YEARS_MS);
      const { token, secret } = newWorkerToken(name);
      const row = { name, sha256: hashOfSecret(secret), pool: pool ?? null, lifetimeMs: lifetimeMs ?? null };
      if (!(await createWorkerToken(db, row))) throw nameTaken(name);
      workers.forget(name);
      log('info', 'worker token made', { name, pool: row.pool, lifetimeMs: row.lifetimeMs });
      return { token };
    }),

    listWorkerTokens: unary(log, async () => ({ tokens: (await listWorkerTokens(db)).map(toWire) })),

    revokeWorkerToken: unary(log, async ({ name }) => {
      checkText('name', name, WORKER_NAME);
      if (!(await revokeWorkerToken(db, name))) throw notFound(`worker token "${name}"`);
      workers.forget(name);
      log('info', 'worker token revoked', { name });
      return {};
    }),

    openSession: unary(log, async ({ sessionId, lifetimeMs }) => {
      const hash = sessionHash(sessionId);
      await openSession(db, hash, checkInteger('lifetime_ms', lifetimeMs, 1_000, TEN_YEARS_MS));
      return {};
    }),

    checkSession: unary(log, async ({ sessionId }) => ({
      open: await isSessionOpen(db, sessionHash(sessionId)),
    })),

    endSession: unary(log, async ({ sessionId }) => {
      await endSession(db, sessionHash(sessionId));
      return {};
    }),
  };
}

function toWire(row: WorkerTokenRow): WorkerToken {
  return {
    name: row.name,
    pool: row.pool ?? undefined,
    createdMs: row.createdAt.getTime(),
    expiresMs: row.expiresAt?.getTime(),
    revokedMs: row.revokedAt?.getTime(),
  };
}

function nameTaken(name: string): Refusal {
  const message = `name: "${name}" has a token that still holds: revoke it first, or choose another name`;
  return new Refusal({ status: status.ALREADY_EXISTS, reason: 'NAME_TAKEN', message });
}
