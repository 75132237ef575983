/** A worker's token speaks for that worker alone: what each message of TrialService says of itself, against the token. */
import { workerNameOf } from '@adt/proto/workerToken';
import { Refusal, status } from './refusal.js';
import type { NamedWorker } from './workerTokens.js';

type Spoken = { workerId?: unknown; pool?: unknown; hello?: unknown; batch?: unknown };

/** @throws Refusal PERMISSION_DENIED when the message speaks for another worker, or for a pool that is not its */
export function refuseForeign(message: unknown, worker: NamedWorker): void {
  const spoken = message as Spoken;
  // A batch names nobody: it counts for the hello before it, without which it is refused.
  if (spoken.batch !== undefined && spoken.hello === undefined) return;
  const { workerId, pool } = spoken.hello === undefined ? spoken : (spoken.hello as Spoken);
  // A message without a worker is one that this does not know, and therefore denies.
  if (typeof workerId !== 'string' || workerNameOf(workerId) !== worker.name) {
    throw new Refusal({
      status: status.PERMISSION_DENIED,
      reason: 'NOT_LEASE_OWNER',
      message: `worker_id: this token speaks for ${worker.name}-… only (got ${JSON.stringify(String(workerId).slice(0, 80))})`,
    });
  }
  if (worker.pool !== null && typeof pool === 'string' && pool !== worker.pool) {
    throw new Refusal({
      status: status.PERMISSION_DENIED,
      reason: 'POOL_NOT_ALLOWED',
      message: `pool: this token is for the pool "${worker.pool}" only (got ${JSON.stringify(pool.slice(0, 80))})`,
    });
  }
}
