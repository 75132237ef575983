/** Sends a bundle to a running platform, in chunks and no faster than it is taken. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Socket } from 'node:net';
import { type Dataset, SearchServiceClient, type UploadDatasetRequest } from '@adt/proto/gen/adt/v1/search';
import { AUTHORIZATION } from '@adt/proto/token';
import type { StoredDataset } from '@adt/worker/data/store';
import { loadBundle } from '@adt/worker/data/store';
import { type ClientWritableStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Context } from './context.js';
import { printNote } from './output.js';
import { type Platform, readRunFile } from './runFile.js';
import {
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  PLATFORM_ANSWERS_WITHIN_MS,
  UPLOAD_CHUNK_BYTES,
} from './tunables.js';

export type UploadParams = {
  client: SearchServiceClient;
  token: string;
  dataset: StoredDataset & { name: string };
  /** Let the name point to other content than before. */
  replace?: boolean;
  signal?: AbortSignal;
  onProgress?: (fraction: number) => void;
};

/**
 * Uploads one data set of the local store. The same content again is taken and changes nothing.
 * @throws ServiceError ALREADY_EXISTS when the name is taken there, DataError when the bundle is damaged here
 */
export async function uploadDataset(params: UploadParams): Promise<Dataset> {
  const { client, token, dataset, replace = false, signal, onProgress } = params;
  const { bytes } = await loadBundle(dataset);
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  const ended = new AbortController();
  const { stream, reply } = open(client, metadata);
  const cancel = () => stream.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    const head = { name: dataset.name, sha256: dataset.sha256, bytes, replace };
    const onSent = (sent: number) => onProgress?.(sent / bytes);
    // The platform may refuse while chunks are still being sent; then its reply comes first.
    await Promise.race([reply, sendAll(stream, head, dataset.path, ended.signal, onSent)]);
    return await reply;
  } catch (error) {
    stream.cancel();
    signal?.throwIfAborted();
    throw error;
  } finally {
    ended.abort();
    signal?.removeEventListener('abort', cancel);
  }
}

function open(client: SearchServiceClient, metadata: Metadata) {
  let stream!: ClientWritableStream<UploadDatasetRequest>;
  const reply = new Promise<Dataset>((resolve, reject) => {
    stream = client.uploadDataset(metadata, (error, stored) => (error ? reject(error) : resolve(stored)));
  });
  // Awaited by the caller; until then a refusal must not count as unhandled.
  reply.catch(() => {});
  return { stream, reply };
}

/**
 * Uploads when the platform of this data dir runs, and says nothing when it does not. A platform that refuses
 * the data set is no failure of the import: the reason goes to stderr.
 * @returns whether the platform has it now
 */
export async function uploadIfRunning(
  context: Context,
  dataset: StoredDataset & { name: string },
  replace: boolean,
): Promise<boolean> {
  const platform = await readRunFile(context.dataDir);
  if (platform === null || !(await answers(platform))) return false;
  const client = new SearchServiceClient(platform.grpc, credentials.createInsecure(), {
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  try {
    await uploadDataset({ client, token: platform.token, dataset, replace, signal: context.signal });
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    printNote(`not uploaded to the running platform: ${reasonOf(error)}`);
    return false;
  } finally {
    client.close();
  }
}

/** A plain connection tells a dead platform at once, where a channel keeps trying. */
async function answers({ grpc }: Platform): Promise<boolean> {
  const [, host, port] = grpc.match(/^\[?([^\]]+)\]?:(\d{1,5})$/) ?? [];
  const socket = new Socket();
  try {
    socket.connect(Number(port), host ?? '');
    await once(socket, 'connect', { signal: AbortSignal.timeout(PLATFORM_ANSWERS_WITHIN_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** @param ended aborted when the call has ended, so that nothing waits for a drain that never comes */
async function sendAll(
  stream: ClientWritableStream<UploadDatasetRequest>,
  head: NonNullable<UploadDatasetRequest['head']>,
  path: string,
  ended: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  let sent = 0;
  stream.write({ head });
  for await (const chunk of createReadStream(path, { highWaterMark: UPLOAD_CHUNK_BYTES })) {
    const piece = chunk as Buffer;
    if (!stream.write({ chunk: piece })) await once(stream, 'drain', { signal: ended });
    sent += piece.length;
    onSent(sent);
  }
  stream.end();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as Partial<ServiceError>).details ?? error.message;
}
