/** Whether a worker's token is genuine: asked of Postgres, and remembered for moments. */
import type { Database } from '@adt/prisma/client';
import { sameSecret } from '@adt/proto/token';
import { hashOfSecret, parseWorkerToken } from '@adt/proto/workerToken';
import { findWorkerToken, type ValidToken } from '../store/workerTokens.js';
import { LIMITS } from '../tunables.js';

/** A worker as its token names it; `pool`: the only one it may serve. */
export type NamedWorker = { name: string; pool: string | null };

type Known = { token: ValidToken | null; untilMs: number };

export class WorkerTokens {
  readonly #known = new Map<string, Known>();

  /** @param freshMs a revoked token may go on for as long on coordinators that did not revoke it */
  constructor(
    private readonly db: Database,
    private readonly freshMs: number,
  ) {}

  /** Null: forged, revoked, expired, or no worker's token at all. @throws when Postgres does not answer */
  async check(token: string): Promise<NamedWorker | null> {
    const given = parseWorkerToken(token);
    if (given === null) return null;
    const stored = await this.#find(given.name);
    if (stored === null || !sameSecret(hashOfSecret(given.secret), stored.sha256)) return null;
    return { name: given.name, pool: stored.pool };
  }

  /** After a change of this name's token. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  async #find(name: string): Promise<ValidToken | null> {
    const known = this.#known.get(name);
    if (known && known.untilMs > performance.now()) return known.token;
    const token = await findWorkerToken(this.db, name);
    // Names come from outside: what is remembered of them must not grow for ever.
    if (this.#known.size >= LIMITS.workerTokensKnown) this.#known.clear();
    this.#known.set(name, { token, untilMs: performance.now() + this.freshMs });
    return token;
  }
}
