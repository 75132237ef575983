/** A worker's token speaks for that worker alone: what each message of TrialService says of itself, against the token. */
import { workerNameOf } from '@adt/proto/workerToken';
import { Refusal, status } from './refusal.js';
import type { NamedWorker } from './workerTokens.js';

type Spoken = { trialId?: unknown; workerId?: unknown; pool?: unknown; hello?: unknown; batch?: unknown };

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
  if (worker.pool !== null && typeof pool === 'string' && pool !== worker.pool)
    throw foreignPool(
      `pool: this token is for the pool "${worker.pool}" only (got ${JSON.stringify(pool.slice(0, 80))})`,
    );
}

/**
 * A claim names a trial by its number, which says nothing of its pool. The calls that follow name what was claimed.
 * @param poolOf null: there is no such trial, which the claim itself answers
 * @throws Refusal PERMISSION_DENIED when a token for one pool claims a trial of another
 */
export async function refuseForeignTrial(
  message: unknown,
  worker: NamedWorker,
  poolOf: (trialId: number) => Promise<string | null>,
): Promise<void> {
  const { trialId } = message as Spoken;
  // What is no number of a trial is refused by the handler.
  if (worker.pool === null || !isTrialId(trialId)) return;
  const pool = await poolOf(trialId);
  if (pool === null || pool === worker.pool) return;
  throw foreignPool(`trial_id: this token is for the pool "${worker.pool}" only, and the trial is not of it`);
}

/** As Postgres has them. */
function isTrialId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id > 0 && id < 2 ** 31;
}

function foreignPool(message: string): Refusal {
  return new Refusal({ status: status.PERMISSION_DENIED, reason: 'POOL_NOT_ALLOWED', message });
}
