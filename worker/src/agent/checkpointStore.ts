/** Checkpoints in the object store: streamed up and down in constant memory, checked by their SHA-256. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectStore } from '@nats-io/obj';
import { syncDirectory, temporaryPath } from '../data/atomicFile.js';
import { messageOf } from '../log.js';
import { CHECKPOINT_CHUNK_BYTES } from '../tunables.js';
import { unlessAborted, writeChecked } from './bundleTransfer.js';

/** What our check and the client's say of an object that has come whole, and is another one. */
const OTHER_BYTES = /SHA-256 is|digests do not match/;

/** Null while the object store is away. */
export type OpenObjects = () => Promise<ObjectStore | null>;

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
    const store = await this.open();
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
   * @throws ObjectsAway, CheckpointLost; the signal's reason
   */
  async download(
    { name, sha256 }: { name: string; sha256: string },
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const store = await this.open();
    const object = await store.get(name).catch((error) => {
      throw new ObjectsAway(String(error), { cause: error });
    });
    if (object === null) throw new CheckpointLost('the object store does not hold it');
    // A failed transfer shows in the stream as well; here it only must not go unhandled.
    object.error.catch(() => {});
    const temporary = temporaryPath(dirname(path));
    try {
      await unlessAborted(writeChecked(temporary, object.data, sha256), signal);
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      signal.throwIfAborted();
      const why = messageOf(error);
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
      await (await this.objects())?.delete(name);
    } catch {
      // As above.
    }
  }

  private async open(): Promise<ObjectStore> {
    const store = await this.objects().catch((error) => {
      throw new ObjectsAway(String(error), { cause: error });
    });
    if (store === null) throw new ObjectsAway('NATS is away');
    return store;
  }
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
