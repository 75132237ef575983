/** Checkpoints in the object store: streamed up and down in constant memory, checked by their SHA-256. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CHECKPOINT_BUCKET } from '@adt/proto/subjects';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import { syncDirectory, temporaryPath } from '../data/atomicFile.js';
import { messageOf } from '../log.js';
import { CHECKPOINT_CHUNK_BYTES, CHECKPOINT_PULL_CHUNKS, CHECKPOINT_PULL_IDLE_MS } from '../tunables.js';
import { unlessAborted, writeChecked } from './bundleTransfer.js';
import { isDiskError } from './diskError.js';

/** What our check says of an object that has come whole, and is another one. */
const OTHER_BYTES = /SHA-256 is/;

/** The bucket, and what reads its stream. */
export type Objects = { store: ObjectStore; js: JetStreamClient };

/** Null while the object store is away. */
export type OpenObjects = () => Promise<Objects | null>;

/** The object store cannot be asked now. */
export class ObjectsAway extends Error {
  override name = 'ObjectsAway';
}

/** The object store answers, and does not have the checkpoint whole. */
export class CheckpointLost extends Error {
  override name = 'CheckpointLost';
}

export class CheckpointStore {
  constructor(private readonly objects: OpenObjects) {}

  /**
   * Uploads the file under this name.
   * @throws ObjectsAway; the signal's reason; what the store or the disk says. Nothing of the object is left then,
   * unless the store is away: the coordinator's reconciler clears that up.
   */
  async upload(path: string, name: string, signal: AbortSignal): Promise<{ sha256: string; bytes: number }> {
    const { store } = await this.open();
    const handle = await open(path, 'r');
    try {
      const hash = createHash('sha256');
      const options = { max_chunk_size: CHECKPOINT_CHUNK_BYTES };
      const { size } = await store.put({ name, options }, streamOf(handle, hash, signal));
      return { sha256: hash.digest('hex'), bytes: size };
    } finally {
      await handle.close();
    }
  }

  /**
   * Puts the object at `path`, whole or not at all.
   * @throws ObjectsAway, CheckpointLost; the signal's reason; what our disk says
   */
  async download(
    { name, sha256 }: { name: string; sha256: string },
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const objects = await this.open();
    const data = await contentOf(objects, name);
    const temporary = temporaryPath(dirname(path));
    try {
      await unlessAborted(writeChecked(temporary, data, sha256), signal);
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      signal.throwIfAborted();
      const why = messageOf(error);
      if (isDiskError(error)) throw error;
      if (OTHER_BYTES.test(why)) throw new CheckpointLost(why, { cause: error });
      // The server went away in the middle, say: the next try may do better.
      throw new ObjectsAway(why, { cause: error });
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Removes what will not be committed; what this can't remove, the coordinator's reconciler does. */
  async remove(name: string): Promise<void> {
    try {
      await (await this.objects())?.store.delete(name);
    } catch {
      // As above.
    }
  }

  private async open(): Promise<Objects> {
    const objects = await this.objects().catch(away);
    if (objects === null) throw new ObjectsAway('NATS is away');
    return objects;
  }
}

function away(error: unknown): never {
  throw new ObjectsAway(messageOf(error), { cause: error });
}

/**
 * An object's bytes, pulled a few chunks at a time. The client's own `get` has the server push them, and holds what the
 * disk is too slow for: all of it, at worst.
 */
async function contentOf({ store, js }: Objects, name: string): Promise<ReadableStream<Uint8Array>> {
  const info = await store.info(name).catch(away);
  if (info === null || info.deleted) throw new CheckpointLost('the object store does not hold it');
  const chunks = `$O.${CHECKPOINT_BUCKET}.C.${info.nuid}`;
  const options = { filter_subjects: chunks, inactive_threshold: CHECKPOINT_PULL_IDLE_MS };
  const consumer = await js.consumers.get(`OBJ_${CHECKPOINT_BUCKET}`, options).catch(away);
  const messages = await consumer.consume({ max_messages: CHECKPOINT_PULL_CHUNKS }).catch(away);
  const iterator = messages[Symbol.asyncIterator]();
  let left = info.chunks;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = left === 0 ? null : await iterator.next();
        if (next === null || next.done) {
          messages.stop();
          return controller.close();
        }
        left--;
        controller.enqueue(next.value.data);
      },
      cancel: () => messages.stop(),
    },
    { highWaterMark: 0 },
  );
}

/** The file from its beginning, a chunk at a time, as fast as it is taken. */
function streamOf(handle: FileHandle, hash: Hash, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        signal.throwIfAborted();
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHECKPOINT_CHUNK_BYTES));
        if (bytesRead === 0) return controller.close();
        const piece = buffer.subarray(0, bytesRead);
        hash.update(piece);
        controller.enqueue(piece);
      },
    },
    { highWaterMark: 1 },
  );
}
