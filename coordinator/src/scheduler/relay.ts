/** Publishes hints from the outbox to JetStream: at least once, de-duplicated there by `<trial>:<epoch>`. */
import type { Database } from '@adt/prisma/client';
import { hintId, trialSubject } from '@adt/proto/subjects';
import type { Nats } from '../nats/link.js';
import { isAlreadyThere } from '../nats/streams.js';
import { type Hint, markSent, unsentHints } from '../store/outbox.js';

/** Publishes in flight at once; 10,000 hints take about a second. */
const BATCH = 500;

/**
 * Sends what is unsent. A crash between publish and mark publishes again: the server drops the repeat,
 * and beyond its de-duplication window the trial's subject is either full or the claim is refused.
 * @returns how many rows of the outbox are done with
 * @throws the first publish that failed, after marking those that did not
 */
export async function relayOutbox(db: Database, nats: Nats, stillLeading: () => boolean): Promise<number> {
  let sent = 0;
  while (stillLeading()) {
    const hints = await unsentHints(db, BATCH);
    const results = await Promise.allSettled(
      hints.map((hint) => (hint.due ? publishOnce(nats, hint) : undefined)),
    );
    const done = hints.filter((_, at) => results[at]?.status === 'fulfilled').map((hint) => hint.id);
    if (done.length > 0) await markSent(db, done);
    sent += done.length;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    if (hints.length < BATCH) break;
  }
  return sent;
}

function publishOnce(nats: Nats, hint: Hint): Promise<void> {
  return publishHint(nats, hint, hintId(hint.trialId, hint.epoch));
}

/** @param msgID de-duplication id; without one the only guard is one message a subject */
export async function publishHint(nats: Nats, hint: Hint, msgID?: string): Promise<void> {
  const payload = JSON.stringify({ trialId: hint.trialId, epoch: hint.epoch });
  try {
    await nats.js.publish(
      trialSubject(hint.pool, hint.trialId),
      payload,
      msgID === undefined ? {} : { msgID },
    );
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}
