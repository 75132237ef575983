/** The bytes of a data file, unpacked where it is gzip, chunk by chunk. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isErrno } from './atomicFile.js';
import { DataError } from './dataError.js';

const CHUNK_BYTES = 1 << 18;

/** Unpacked data may be so many times the packed file: tables of text pack 3 to 20 times. */
const MAX_RATIO = 100;
/** Below this a ratio proves nothing: a few equal rows pack as well as a bomb. */
const RATIO_FROM_BYTES = 64 * 1024 ** 2;

export type ReadOptions = {
  signal: AbortSignal;
  /** Told how many bytes of the file, packed as it is, have been read since the last call. */
  onRead?: (bytes: number) => void;
};

/**
 * Reads `path` once. Gzip is told by its first bytes; a name that ends in .gz must be gzip.
 * @param name what messages call the file
 * @throws DataError BAD_INPUT: missing, unreadable, empty, not or broken gzip, or a gzip bomb
 */
export async function* readBytes(
  path: string,
  name: string,
  { signal, onRead }: ReadOptions,
): AsyncGenerator<Buffer> {
  const packed = await isGzip(path, name);
  const file = counted(createReadStream(path, { highWaterMark: CHUNK_BYTES }), signal, onRead);
  if (!packed) return yield* file;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // The pipeline ends both streams when either fails or the reader stops early; the reader sees the error.
  const ended = pipeline(file, gunzip).catch(() => {});
  try {
    yield* bounded(gunzip, name, await dataFileSize(path, name));
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw new DataError('BAD_INPUT', `${name}: broken gzip (${error.message})`, { cause: error });
  } finally {
    gunzip.destroy();
    await ended;
  }
}

async function* bounded(
  stream: AsyncIterable<Buffer>,
  name: string,
  packedBytes: number,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > RATIO_FROM_BYTES && bytes > MAX_RATIO * packedBytes)
      throw new DataError('BAD_INPUT', `${name}: unpacks to more than ${MAX_RATIO} times its size`);
    yield chunk;
  }
}

/**
 * Size of a data file in bytes.
 * @throws DataError BAD_INPUT when it is missing or no plain file
 */
export async function dataFileSize(path: string, name: string): Promise<number> {
  const handle = await openDataFile(path, name);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new DataError('BAD_INPUT', `${name}: not a plain file`);
    return stats.size;
  } finally {
    await handle.close();
  }
}

async function* counted(
  stream: AsyncIterable<Buffer>,
  signal: AbortSignal,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    signal.throwIfAborted();
    onRead?.(chunk.length);
    yield chunk;
  }
}

async function isGzip(path: string, name: string): Promise<boolean> {
  const start = await firstBytes(path, name);
  if (start.length === 0) throw new DataError('BAD_INPUT', `${name}: the file is empty`);
  const gzip = start[0] === 0x1f && start[1] === 0x8b;
  if (!gzip && name.endsWith('.gz')) {
    throw new DataError('BAD_INPUT', `${name}: ends in .gz but is not gzip (its first bytes are not 1f 8b)`);
  }
  return gzip;
}

async function firstBytes(path: string, name: string): Promise<Uint8Array> {
  const handle = await openDataFile(path, name);
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isErrno(error, 'EISDIR')) throw new DataError('BAD_INPUT', `${name}: is a directory`);
    throw error;
  } finally {
    await handle.close();
  }
}

async function openDataFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) {
      throw new DataError('BAD_INPUT', `${name}: no such file`, { cause: error });
    }
    if (isErrno(error, 'EACCES')) {
      throw new DataError('BAD_INPUT', `${name}: no permission to read it`, { cause: error });
    }
    throw error;
  }
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code ?? '').startsWith('Z_');
}
