/** Makes the stream agree with Postgres: hints that were lost are published again, those for nothing are purged. */
import type { Database } from '@adt/prisma/client';
import { TRIAL_STREAM, TRIAL_SUBJECTS, trialSubject } from '@adt/proto/subjects';
import type { Nats } from '../nats/link.js';
import { deleteHint, ensureConsumer, ensureStream, openBucket, openCheckpoints } from '../nats/streams.js';
import { hintedTrials, notQueued, poolsInUse } from '../store/outbox.js';
import { publishHint } from './relay.js';

export type Reconciled = { republished: number; purged: number };

/** Requests to NATS in flight at once. */
const WINDOW = 500;

/**
 * Compares and repairs. A race with a claim or a requeue leaves at worst a hint too many, whose claim is refused,
 * or one too few, which the next run publishes.
 * @param params.leads asked anew before each window: JetStream knows no terms, so a leader that was frozen asks its clock
 */
export async function reconcile(
  db: Database,
  nats: Nats,
  params: { ackWaitMs: number; leads: () => boolean },
): Promise<Reconciled> {
  await ensureJetStream(db, nats, params.ackWaitMs);
  const info = await nats.jsm.streams.info(TRIAL_STREAM, { subjects_filter: TRIAL_SUBJECTS });
  const present = new Set(Object.keys(info.state.subjects ?? {}));
  // Read after the stream: a trial queued in between has its hint on the way, and a second one is refused.
  const lost = (await hintedTrials(db)).filter((hint) => !present.has(trialSubject(hint.pool, hint.trialId)));
  const republished = await inWindows(lost, params.leads, (hint) => publishHint(nats, hint));
  const idle = await purgeable(db, present);
  const purged = await inWindows(idle, params.leads, (subject) => deleteHint(nats.jsm, subject));
  return { republished, purged };
}

/** Stream, buckets and the consumers of all pools; also after the store was wiped. */
export async function ensureJetStream(db: Database, nats: Nats, ackWaitMs: number): Promise<void> {
  await ensureStream(nats.jsm);
  await openBucket(nats);
  await openCheckpoints(nats);
  for (const pool of await poolsInUse(db)) await ensureConsumer(nats.jsm, pool, ackWaitMs);
}

/** Subjects in the stream whose trial is not queued. */
async function purgeable(db: Database, present: ReadonlySet<string>): Promise<string[]> {
  const subjects = new Map<number, string>();
  for (const subject of present) subjects.set(Number(subject.slice(subject.lastIndexOf('.') + 1)), subject);
  const ids = [...subjects.keys()].filter((id) => Number.isInteger(id) && id > 0 && id < 2 ** 31);
  return (await notQueued(db, ids)).flatMap((id) => subjects.get(id) ?? []);
}

/** @returns how many were worked on before the leadership was lost */
async function inWindows<T>(
  items: readonly T[],
  leads: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let done = 0;
  while (done < items.length && leads()) {
    const window = items.slice(done, done + WINDOW);
    await Promise.all(window.map(work));
    done += window.length;
  }
  return done;
}
