/** What an attempt goes on from: the newest checkpoint that is whole, else the beginning. */
import { rm } from 'node:fs/promises';
import type { Checkpoint } from '@adt/proto/gen/adt/v1/trial';
import { checkpointObject } from '@adt/proto/subjects';
import { messageOf } from '../log.js';
import { CHECKPOINT_WAIT_MS } from '../tunables.js';
import type { Attempt, Workshop } from './attempt.js';
import { Backoff } from './backoff.js';
import { ObjectsAway } from './checkpointStore.js';
import { isDiskError } from './diskError.js';

/** `null`: the beginning. */
export type Start = Checkpoint | null;

/**
 * Puts the checkpoint at `path` and agrees with the coordinator that the attempt goes on from it.
 * @param isAgreed the claim has named it as what the attempt goes on from
 * @returns false: it is not to be had; the next older one, or the beginning, is to be tried
 * @throws Error when the coordinator will not have it; the signal's reason when the attempt is stopped
 */
export async function goOnFrom(
  start: Start,
  { path, isAgreed }: { path: string; isAgreed: boolean },
  attempt: Attempt,
  shop: Workshop,
): Promise<boolean> {
  const { log, orders } = attempt;
  if (start === null) await rm(path, { force: true });
  else if (!(await fetched(start, path, attempt, shop))) return false;
  if (isAgreed) return true;
  const request = { ...attempt.ref, checkpoint: start ?? undefined };
  const answer = await shop.connection.persist('resumeFrom', request, orders.stop);
  orders.stop.throwIfAborted();
  if (answer === null || 'refusal' in answer) {
    if (answer?.refusal.kind === 'fenced') orders.give('FENCED');
    throw new Error(`not agreed where to go on from: ${answer?.refusal.message}`);
  }
  log.info('training goes on', { step: start?.step ?? 0 });
  return answer.reply.resumeStep === (start?.resumeStep ?? 0);
}

/** Waits a while for an object store that is away: a trial that starts anew may lose days. */
async function fetched(
  checkpoint: Checkpoint,
  path: string,
  { ref, log, orders }: Attempt,
  { checkpoints, checkpointWaitMs = CHECKPOINT_WAIT_MS }: Workshop,
): Promise<boolean> {
  const { epoch, step, sha256 } = checkpoint;
  const name = checkpointObject({ trialId: ref.trialId, epoch, step });
  const beganMs = performance.now();
  for (const backoff = new Backoff(); ; await backoff.wait(orders.stop)) {
    orders.stop.throwIfAborted();
    try {
      await checkpoints.download({ name, sha256 }, path, orders.stop);
      return true;
    } catch (error) {
      orders.stop.throwIfAborted();
      // Not the checkpoint's fault: whoever has room goes on from it.
      if (isDiskError(error)) throw error;
      const isAway = error instanceof ObjectsAway;
      if (isAway && performance.now() - beganMs < checkpointWaitMs) continue;
      const why = messageOf(error);
      log.warn('checkpoint unusable', { failure: 'INFRA', of: epoch, step, why });
      return false;
    }
  }
}
