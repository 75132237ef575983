/** Why a call's lease is not valid. Asked only after a statement has refused it. */
import { readAttempt } from '../store/attempts.js';
import type { Context } from './context.js';
import { notFound, Refusal, status } from './refusal.js';

/** Says why a lease is not valid: no such attempt, somebody else's, or superseded. */
export async function refuseFenced(
  { db }: Context,
  lease: { workerId: string; trialId: number; epoch: number },
): Promise<never> {
  const attempt = await readAttempt(db, lease);
  if (!attempt) throw notFound(`attempt ${lease.epoch} of trial ${lease.trialId}`);
  if (attempt.workerId !== lease.workerId) {
    const message = `attempt ${lease.epoch} of trial ${lease.trialId} is another worker's`;
    throw new Refusal({ status: status.PERMISSION_DENIED, reason: 'NOT_LEASE_OWNER', message });
  }
  const message = `epoch ${lease.epoch} of trial ${lease.trialId} is over: the trial is ${attempt.trialState} at epoch ${attempt.trialEpoch}`;
  throw new Refusal({ status: status.FAILED_PRECONDITION, reason: 'STALE_EPOCH', message });
}
