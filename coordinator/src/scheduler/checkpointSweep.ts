/** Removes from the object store what no trial will go on from: superseded checkpoints, half uploaded ones, tombstones. */
import type { Database } from '@adt/prisma/client';
import { CHECKPOINT_BUCKET, checkpointObject } from '@adt/proto/subjects';
import type { ObjectStore } from '@nats-io/obj';
import type { Nats } from '../nats/link.js';
import { deleteLast, openCheckpoints } from '../nats/streams.js';
import { type CheckpointObject, forgetEnded, orphans } from '../store/checkpoints.js';
import { CHECKPOINT_UPLOAD_MS } from '../tunables.js';

const NAME = /^([1-9]\d{0,9})\/([1-9]\d{0,9})\/([1-9]\d{0,9})$/;
/** How @nats-io/obj lays a bucket out in its stream. */
const STREAM = `OBJ_${CHECKPOINT_BUCKET}`;
const CHUNKS = `$O.${CHECKPOINT_BUCKET}.C.`;
const META = `$O.${CHECKPOINT_BUCKET}.M.`;

/** @returns objects removed. @throws when Postgres or NATS does not answer; the next run goes on */
export async function sweepCheckpoints(db: Database, nats: Nats): Promise<number> {
  await forgetEnded(db);
  const bucket = await openCheckpoints(nats);
  const infos = await bucket.list();
  // Asked after the list: what is committed in between was listed, and is found committed.
  const gone = await orphans(
    db,
    infos.flatMap(({ name }) => parse(name) ?? []),
  );
  for (const object of gone) await remove(bucket, nats, checkpointObject(object));
  await removeHalfUploaded(nats, new Set(infos.map(({ nuid }) => nuid)));
  await removeTombstones(nats, new Set(infos.map(({ name }) => metaSubject(name))));
  return gone.length;
}

function parse(name: string): CheckpointObject | null {
  const [, trialId, epoch, step] = (NAME.exec(name) ?? []).map(Number);
  if (trialId === undefined || epoch === undefined || step === undefined) return null;
  return Math.max(trialId, epoch, step) < 2 ** 31 ? { trialId, epoch, step } : null;
}

/** The tombstone goes as well: with a name a checkpoint, they would pile up. */
async function remove(bucket: ObjectStore, nats: Nats, name: string): Promise<void> {
  await bucket.delete(name);
  await deleteLast(nats.jsm, STREAM, metaSubject(name));
}

function metaSubject(name: string): string {
  return META + Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** A worker whose checkpoint was refused has deleted the object, and may not delete from the stream. */
async function removeTombstones(nats: Nats, present: ReadonlySet<string>): Promise<void> {
  const { state } = await nats.jsm.streams.info(STREAM, { subjects_filter: `${META}>` });
  for (const subject of Object.keys(state.subjects ?? {})) {
    if (present.has(subject)) continue;
    const last = await nats.jsm.streams.getMessage(STREAM, { last_by_subj: subject });
    // What was put since the list was made is no tombstone.
    if (last?.json<{ deleted?: boolean }>().deleted === true)
      await nats.jsm.streams.deleteMessage(STREAM, last.seq);
  }
}

/** A worker that dies while it uploads leaves chunks that no object names. */
async function removeHalfUploaded(nats: Nats, named: ReadonlySet<string>): Promise<void> {
  const { state } = await nats.jsm.streams.info(STREAM, { subjects_filter: `${CHUNKS}>` });
  for (const subject of Object.keys(state.subjects ?? {})) {
    if (named.has(subject.slice(CHUNKS.length))) continue;
    const last = await nats.jsm.streams.getMessage(STREAM, { last_by_subj: subject });
    if (last === null || Date.now() - last.time.getTime() < CHECKPOINT_UPLOAD_MS) continue;
    await nats.jsm.streams.purge(STREAM, { filter: subject });
  }
}
