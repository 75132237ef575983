/** A worker's token: `adtw.<name>.<secret>`. The name is no secret: it finds the stored hash, and begins the worker's ids. */
import { createHash } from 'node:crypto';
import { newToken } from './token.js';

export const WORKER_NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

const TOKEN = /^adtw\.([a-z0-9-]{1,40})\.([A-Za-z0-9_-]{43})$/;

export type WorkerToken = { name: string; secret: string };

/** A new token of 256 random bits. */
export function newWorkerToken(name: string): WorkerToken & { token: string } {
  const secret = newToken();
  return { name, secret, token: `adtw.${name}.${secret}` };
}

/** Null: not a worker's token by its form. */
export function parseWorkerToken(token: string): WorkerToken | null {
  const [, name, secret] = TOKEN.exec(token) ?? [];
  return name !== undefined && secret !== undefined && WORKER_NAME.test(name) ? { name, secret } : null;
}

/** What is stored. Plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Id of one process of a named worker. @param suffix 8 hex digits, new for each process */
export function workerIdOf(name: string, suffix: string): string {
  return `${name}-${suffix}`;
}

/** Whose process an id names; null when its form is another. `a-0123abcd` is of `a`, and of nobody else. */
export function workerNameOf(workerId: string): string | null {
  const [, name] = /^(.+)-[0-9a-f]{8}$/.exec(workerId) ?? [];
  return name !== undefined && WORKER_NAME.test(name) ? name : null;
}
