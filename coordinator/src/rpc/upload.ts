/** UploadDataset: takes a bundle in, checks all of it, and stores it under its hash. A refusal leaves nothing behind. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import type {
  Dataset,
  DatasetUploadHead,
  SearchServiceServer,
  UploadDatasetRequest,
} from '@adt/proto/gen/adt/v1/search';
import type { BundleHeader } from '@adt/worker/data/bundle';
import { DataError } from '@adt/worker/data/dataError';
import { isDatasetName } from '@adt/worker/data/datasetName';
import { decodeHeader } from '@adt/worker/data/decodeBundle';
import { MAX_HEADER_BYTES, PREAMBLE_BYTES } from '@adt/worker/data/layout';
import { missingBundles } from '../nats/bundles.js';
import type { Nats } from '../nats/link.js';
import { openBucket } from '../nats/streams.js';
import { findDataset, isNamed, nameDataset } from '../store/datasets.js';
import { LIMITS } from '../tunables.js';
import { checkInteger, checkText } from './check.js';
import type { Context } from './context.js';
import { invalid, Refusal, status, statusOf } from './refusal.js';
import { datasetToWire } from './wire.js';

export function uploadDataset(context: Context): SearchServiceServer['uploadDataset'] {
  let running = 0;
  const counted = async (messages: AsyncIterable<UploadDatasetRequest>): Promise<Dataset> => {
    if (running >= LIMITS.uploadsAtOnce) throw busy();
    running += 1;
    try {
      return await receive(context, messages);
    } finally {
      running -= 1;
    }
  };
  return (call, callback) => {
    call.on('cancelled', () => call.destroy());
    counted(call).then(
      (dataset) => callback(null, dataset),
      (error) => {
        if (!call.cancelled) callback(statusOf(error, context.log));
      },
    );
  };
}

async function receive(context: Context, messages: AsyncIterable<UploadDatasetRequest>): Promise<Dataset> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = checkHead(first.done ? undefined : first.value.head);
  const nats = context.link.current;
  if (!nats) throw noNats();
  await refuseTakenName(context, head);
  const folder = await mkdtemp(join(tmpdir(), `adt-upload-${process.pid}-`));
  try {
    const file = await open(join(folder, 'bundle'), 'wx+', 0o600);
    try {
      const sha256 = await writeChunks(file, head, iterator);
      const header = await readHeader(file, head.bytes);
      return await keep(context, nats, { head: { ...head, sha256 }, header, file });
    } finally {
      await file.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkHead(head: DatasetUploadHead | undefined): DatasetUploadHead {
  if (!head) throw invalid('head', 'must be the first message of the stream');
  if (!isDatasetName(head.name))
    throw invalid('head.name', 'must be 1-64 of a-z 0-9 _ . -, beginning with a letter or digit');
  checkText('head.sha256', head.sha256, /^([0-9a-f]{64})?$/);
  if (head.bytes > LIMITS.datasetBytes) throw tooLarge(head.bytes);
  checkInteger('head.bytes', head.bytes, PREAMBLE_BYTES, LIMITS.datasetBytes);
  return head;
}

async function refuseTakenName({ db }: Context, head: DatasetUploadHead): Promise<void> {
  // Without a hash it may be the same content: only the end can tell.
  if (head.replace || head.sha256 === '') return;
  const known = await findDataset(db, head.name);
  if (known && known.sha256 !== head.sha256) throw nameTaken(head.name);
}

/** @returns the hash of what arrived */
async function writeChunks(
  file: FileHandle,
  head: DatasetUploadHead,
  iterator: AsyncIterator<UploadDatasetRequest>,
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const { chunk } = next.value;
    if (!chunk) throw invalid('chunk', 'must follow head');
    if (chunk.length > LIMITS.chunkBytes) throw invalid('chunk', `has more than ${LIMITS.chunkBytes} bytes`);
    bytes += chunk.length;
    if (bytes > head.bytes) throw invalid('chunk', `more than the announced ${head.bytes} bytes arrived`);
    hash.update(chunk);
    await file.write(chunk);
  }
  if (bytes !== head.bytes)
    throw invalid('head.bytes', `${head.bytes} bytes were announced, ${bytes} arrived`);
  const sha256 = hash.digest('hex');
  if (head.sha256 !== '' && sha256 !== head.sha256)
    throw invalid('head.sha256', `what arrived has ${sha256}`);
  return sha256;
}

async function readHeader(file: FileHandle, bytes: number): Promise<BundleHeader> {
  const start = new Uint8Array(Math.min(bytes, PREAMBLE_BYTES + MAX_HEADER_BYTES));
  await file.read(start, 0, start.length, 0);
  try {
    return decodeHeader(start, bytes).header;
  } catch (error) {
    if (error instanceof DataError) throw invalid('chunk', error.message);
    throw error;
  }
}

/** Content first, name last: a name never points to nothing. */
async function keep(
  { db, log }: Context,
  nats: Nats,
  { head, header, file }: { head: DatasetUploadHead; header: BundleHeader; file: FileHandle },
): Promise<Dataset> {
  const bucket = await openBucket(nats);
  const isNew = (await missingBundles(nats, [head])).size > 0;
  if (isNew) await bucket.put({ name: head.sha256 }, chunksOf(file));
  const row = await nameDataset(db, { ...head, header });
  if (!row) {
    // The name was given to other content while this upload ran.
    if (isNew && !(await isNamed(db, head.sha256))) await bucket.delete(head.sha256);
    throw nameTaken(head.name);
  }
  log('info', 'data set stored', { name: row.name, sha256: row.sha256, bytes: row.bytes });
  return datasetToWire(row, false);
}

function chunksOf(file: FileHandle): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      const { bytesRead, buffer } = await file.read(
        new Uint8Array(LIMITS.chunkBytes),
        0,
        LIMITS.chunkBytes,
        position,
      );
      position += bytesRead;
      if (bytesRead === 0) controller.close();
      else controller.enqueue(buffer.subarray(0, bytesRead));
    },
  });
}

function noNats(): Refusal {
  const message = 'data sets are kept in NATS, which is not connected: try again when it is';
  return new Refusal({ status: status.UNAVAILABLE, reason: 'NATS_UNAVAILABLE', message });
}

function busy(): Refusal {
  const message = `${LIMITS.uploadsAtOnce} data sets are being uploaded: try again when one is done`;
  return new Refusal({ status: status.RESOURCE_EXHAUSTED, reason: 'BUSY', message });
}

function nameTaken(name: string): Refusal {
  const message = `head.name: "${name}" is other content already: choose another name, or replace it`;
  return new Refusal({ status: status.ALREADY_EXISTS, reason: 'NAME_TAKEN', message });
}

function tooLarge(bytes: number): Refusal {
  const message = `head.bytes: ${bytes} is too large, the limit is ${LIMITS.datasetBytes}`;
  return new Refusal({ status: status.RESOURCE_EXHAUSTED, reason: 'TOO_LARGE', message });
}
