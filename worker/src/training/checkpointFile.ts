/**
 * A checkpoint on disk: a header that says whose it is, then the blocks of the training's state.
 *
 * | bytes | |
 * |---|---|
 * | 8 | `ADTCKPT` and a zero |
 * | 4 | version of the format, uint32 little-endian |
 * | 4 | length of the header, uint32 little-endian |
 * | 32 | SHA-256 of the header |
 * | n | the header, JSON |
 * | | then of each block: its bytes, and the SHA-256 of the header and all blocks up to here |
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { isErrno, replaceFileBy } from '../data/atomicFile.js';
import type { StateBlock, TrainerState } from '../engines/trainerState.js';
import { decodeLoop, encodeLoop, type LoopState } from './loopState.js';

const MAGIC = 'ADTCKPT\0';
const FORMAT_VERSION = 1;
const PREAMBLE_BYTES = 48;
const HASH_BYTES = 32;
const PIECE_BYTES = 2 ** 20;

/** A checkpoint that can't be gone on from: damaged, cut, of another training; the message says what and where. */
export class CheckpointError extends Error {
  readonly code = 'CHECKPOINT_REFUSED';
}

export type CheckpointHeader = {
  /** Engine.arithmetic */
  engine: string;
  model: string;
  loss: string;
  configSha256: string;
  /** What the hash is of. */
  config: Record<string, unknown>;
  datasetSha256: string;
  step: number;
  totalSteps: number;
  loop: LoopState;
  /** JSON that the caller of the training wants to have back. */
  companion: unknown;
  blocks: StateBlock[];
};

/** Writes a checkpoint in place of the one that may be there, which stays whole until this one is on disk. */
export async function writeCheckpoint(
  path: string,
  header: Omit<CheckpointHeader, 'blocks' | 'step'>,
  state: TrainerState,
): Promise<void> {
  const { step, blocks } = state;
  const json = Buffer.from(JSON.stringify({ ...header, loop: encodeLoop(header.loop), step, blocks }));
  const preamble = Buffer.alloc(PREAMBLE_BYTES);
  preamble.write(MAGIC, 0, 'latin1');
  preamble.writeUInt32LE(FORMAT_VERSION, 8);
  preamble.writeUInt32LE(json.byteLength, 12);
  createHash('sha256').update(json).digest().copy(preamble, 16);
  await replaceFileBy(path, async (handle) => {
    await writeAll(handle, preamble);
    await writeAll(handle, json);
    const running = createHash('sha256').update(json);
    for (const block of blocks.keys()) {
      for await (const piece of state.read(block)) {
        running.update(piece);
        await writeAll(handle, piece);
      }
      await writeAll(handle, running.copy().digest());
    }
  });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; )
    done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
}

export type OpenCheckpoint = {
  header: CheckpointHeader;
  /** Throws CheckpointError behind the last byte of a block that is damaged. */
  state: TrainerState;
  close(): Promise<void>;
};

/**
 * Opens a checkpoint; null: there is no such file. Blocks are checked as they are read.
 * @throws CheckpointError
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint | null> {
  const handle = await openFile(path);
  if (handle === null) return null;
  try {
    const { header, json } = await readHeader(handle, path);
    const reader = new BlockReader(path, handle, header.blocks, json);
    const { step, blocks } = header;
    const state: TrainerState = { step, blocks, read: (block) => reader.read(block) };
    return { header, state, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw new CheckpointError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function readHeader(
  handle: FileHandle,
  path: string,
): Promise<{ header: CheckpointHeader; json: Uint8Array }> {
  const fail = (reason: string, cause?: unknown): never => {
    throw new CheckpointError(`${path}: ${reason}`, { cause });
  };
  const stats = await handle.stat();
  if (!stats.isFile()) fail('not a checkpoint: not a file');
  const preamble = await readExactly(handle, 0, Math.min(PREAMBLE_BYTES, stats.size));
  if (preamble.toString('latin1', 0, 8) !== MAGIC) fail('not a checkpoint: it begins otherwise');
  if (preamble.byteLength < PREAMBLE_BYTES) fail(`the checkpoint is cut: it ends after ${stats.size} bytes`);
  const version = preamble.readUInt32LE(8);
  if (version !== FORMAT_VERSION)
    fail(`a checkpoint of format ${version}; this build reads ${FORMAT_VERSION}`);
  const length = preamble.readUInt32LE(12);
  if (PREAMBLE_BYTES + length > stats.size)
    fail(`the checkpoint is damaged or cut: its header claims ${length} bytes, the file has ${stats.size}`);
  const json = await readExactly(handle, PREAMBLE_BYTES, length);
  if (!createHash('sha256').update(json).digest().equals(preamble.subarray(16)))
    fail('the checkpoint is damaged: its header has not the SHA-256 it should have');
  let header: CheckpointHeader;
  try {
    header = decodeHeader(JSON.parse(json.toString('utf8')));
  } catch (cause) {
    return fail('the checkpoint has a header that this build cannot read', cause);
  }
  const expected = header.blocks.reduce(
    (sum, { bytes }) => sum + bytes + HASH_BYTES,
    PREAMBLE_BYTES + length,
  );
  if (expected !== stats.size)
    fail(`the checkpoint is cut or has grown: ${stats.size} bytes, its header asks for ${expected}`);
  return { header, json };
}

/** The header's own SHA-256 has vouched for it; what is left are the forms of other builds. @throws TypeError */
function decodeHeader(json: unknown): CheckpointHeader {
  const header = json as CheckpointHeader;
  const texts = [header.engine, header.model, header.loss, header.configSha256, header.datasetSha256];
  if (texts.some((text) => typeof text !== 'string')) throw new TypeError('a name is no text');
  const counts = [header.step, header.totalSteps, ...header.blocks.map(({ bytes }) => bytes)];
  if (counts.some((value) => !Number.isSafeInteger(value) || value < 0))
    throw new TypeError('a count is none');
  if (typeof header.config !== 'object' || header.config === null) throw new TypeError('no configuration');
  return { ...header, loop: decodeLoop(header.loop) };
}

/** Reads blocks in order, and compares the running hash behind each. */
class BlockReader {
  #next = 0;
  #at: number;
  readonly #running: Hash;

  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly blocks: readonly StateBlock[],
    header: Uint8Array,
  ) {
    this.#at = PREAMBLE_BYTES + header.byteLength;
    this.#running = createHash('sha256').update(header);
  }

  async *read(block: number): AsyncIterable<Uint8Array> {
    if (block !== this.#next) throw new RangeError(`block ${block} is read out of turn`);
    const { name, bytes } = this.blocks[block] as StateBlock;
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, bytes));
    for (let done = 0; done < bytes; ) {
      const part = piece.subarray(0, bytes - done);
      await fill(this.handle, this.#at + done, part);
      this.#running.update(part);
      done += part.byteLength;
      yield part;
    }
    const stated = await readExactly(this.handle, this.#at + bytes, HASH_BYTES);
    if (!this.#running.copy().digest().equals(stated))
      throw new CheckpointError(
        `${this.path}: the checkpoint is damaged in block ${name}, bytes ${this.#at} to ${this.#at + bytes + HASH_BYTES}`,
      );
    this.#at += bytes + HASH_BYTES;
    this.#next += 1;
  }
}

async function readExactly(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const into = Buffer.alloc(bytes);
  await fill(handle, from, into);
  return into;
}

async function fill(handle: FileHandle, from: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.byteLength; ) {
    const { bytesRead } = await handle.read(into, done, into.byteLength - done, from + done);
    if (bytesRead === 0)
      throw new CheckpointError(`the checkpoint ends at byte ${from + done} as it is read`);
    done += bytesRead;
  }
}
