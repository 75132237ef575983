/** The object store's part of a backup: bundles of data sets, and whatever other buckets the platform keeps. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type JetStreamClient, jetstream, StorageType } from '@nats-io/jetstream';
import { type ObjectInfo, type ObjectStore, Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { BackupError, type ObjectPart } from './manifest.js';
import { writePart } from './partFile.js';

/** Every bucket of ours is named so. */
const BUCKETS = /^adt-/;

export type Objects = { connection: NatsConnection; js: JetStreamClient; manager: Objm };

/** @throws BackupError when NATS does not answer */
export async function openObjects({ url, token }: { url: string; token: string }): Promise<Objects> {
  try {
    const connection = await connect({
      servers: url.split(','),
      ...(token === '' ? {} : { token }),
      name: 'adt-backup',
      timeout: 10_000,
    });
    const js = jetstream(connection, { timeout: 10_000 });
    return { connection, js, manager: new Objm(js) };
  } catch (cause) {
    throw new BackupError('NATS does not answer: is it running?', { cause });
  }
}

/** Writes every object. One that is deleted meanwhile is left out: nothing in the snapshot's future needs it. */
export async function writeObjects(
  objects: Objects,
  folder: string,
  signal: AbortSignal,
): Promise<ObjectPart[]> {
  const parts: ObjectPart[] = [];
  for (const { bucket, info } of await listObjects(objects)) {
    signal.throwIfAborted();
    const found = await (await objects.manager.open(bucket)).get(info.name);
    if (found === null) continue;
    const { name, description = '', metadata = {} } = info;
    const written = await writePart(
      folder,
      `objects/${parts.length + 1}`,
      found.data as ReadableStream<Uint8Array>,
    );
    // undefined, where the type says null.
    const broken = (await found.error) ?? null;
    if (broken !== null) throw broken;
    parts.push({ bucket, name, description, metadata, ...written });
  }
  return parts;
}

/** Whether any bucket of ours holds anything. */
export async function holdsObjects(objects: Objects): Promise<boolean> {
  return (await listObjects(objects)).length > 0;
}

async function listObjects({ manager }: Objects): Promise<{ bucket: string; info: ObjectInfo }[]> {
  const found: { bucket: string; info: ObjectInfo }[] = [];
  for await (const { bucket } of manager.list()) {
    if (!BUCKETS.test(bucket)) continue;
    const infos = await (await manager.open(bucket)).list();
    for (const info of infos) if (!info.deleted) found.push({ bucket, info });
  }
  return found;
}

/**
 * Puts objects back. @returns takes away again what it put and was not there before
 * @throws after having taken it away
 */
export async function putObjects(
  { manager }: Objects,
  folder: string,
  parts: readonly ObjectPart[],
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const put: { store: ObjectStore; name: string }[] = [];
  const undo = async () => {
    for (const { store, name } of put) await store.delete(name);
  };
  try {
    for (const { bucket, name, description, metadata, file } of parts) {
      signal.throwIfAborted();
      const store = await manager.create(bucket, { storage: StorageType.File });
      const before = await store.info(name);
      if (before === null || before.deleted) put.push({ store, name });
      const source = Readable.toWeb(createReadStream(join(folder, file))) as ReadableStream<Uint8Array>;
      await store.put({ name, description, metadata }, source as Parameters<ObjectStore['put']>[1]);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}
