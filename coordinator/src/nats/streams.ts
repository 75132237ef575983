/** What must exist in JetStream: the stream of hints, a consumer a pool, the buckets of bundles and of checkpoints. */
import {
  CHECKPOINT_BUCKET,
  DATASET_BUCKET,
  poolConsumer,
  poolSubjects,
  TRIAL_STREAM,
  TRIAL_SUBJECTS,
} from '@adt/proto/subjects';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { nanos } from '@nats-io/transport-node';
import type { Nats } from './link.js';

/** JetStream's code for a stream that exists with another configuration. */
const STREAM_EXISTS_DIFFERENTLY = 10_058;
/** JetStream's code for a subject that holds its one message already. */
const SUBJECT_IS_FULL = 10_077;

const STREAM = {
  name: TRIAL_STREAM,
  subjects: [TRIAL_SUBJECTS],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  // One hint a trial: a second one is refused, not queued behind the first.
  discard: DiscardPolicy.New,
  discard_new_per_subject: true,
  max_msgs_per_subject: 1,
  max_msg_size: 8 * 1024,
  duplicate_window: nanos(120_000),
};

/** Creates the stream, or brings it to this version's configuration. */
export async function ensureStream(jsm: JetStreamManager): Promise<void> {
  try {
    await jsm.streams.add(STREAM);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_EXISTS_DIFFERENTLY) throw error;
    await jsm.streams.update(TRIAL_STREAM, STREAM);
  }
}

/** The consumer that all workers of a pool share. */
export async function ensureConsumer(jsm: JetStreamManager, pool: string, ackWaitMs: number): Promise<void> {
  await jsm.consumers.add(TRIAL_STREAM, {
    durable_name: poolConsumer(pool),
    filter_subject: poolSubjects(pool),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    // For ever: claims make a repeat harmless, and the reconciler purges hints that nobody needs.
    max_deliver: -1,
    // A hint is out only between pull and claim, so this bounds workers that pull at once, not running trials.
    max_ack_pending: 8_192,
    max_waiting: 8_192,
  });
}

/** Opens the bucket of bundles, creating it where it is missing. */
export function openBucket(nats: Nats): Promise<ObjectStore> {
  return new Objm(nats.js).create(DATASET_BUCKET, { storage: StorageType.File });
}

/** Opens the bucket of checkpoints, creating it where it is missing. */
export function openCheckpoints(nats: Nats): Promise<ObjectStore> {
  return new Objm(nats.js).create(CHECKPOINT_BUCKET, { storage: StorageType.File });
}

/**
 * Removes the hint of a subject, if there is one. By its number, not by a purge of the subject: older servers (2.9.10
 * and 2.9.11 do) take that for a purge of all that the consumer has ahead of it, and never deliver the other hints
 * (nats-io/nats-server#3838, nats-io/nats.go#1202).
 */
export async function deleteHint(jsm: JetStreamManager, subject: string): Promise<void> {
  await deleteLast(jsm, TRIAL_STREAM, subject);
}

/** Removes a subject's last message, if there is one. */
export async function deleteLast(jsm: JetStreamManager, stream: string, subject: string): Promise<void> {
  const last = await jsm.streams.getMessage(stream, { last_by_subj: subject });
  if (last === null) return;
  try {
    await jsm.streams.deleteMessage(stream, last.seq, false);
  } catch (error) {
    // Acked in between.
    if (!(error instanceof JetStreamApiError)) throw error;
  }
}

/** Whether a publish was refused because the trial's hint is in the stream already. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === SUBJECT_IS_FULL;
}
