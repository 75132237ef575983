/** A checkpoint comes back whole, or is refused with what is wrong and where. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testRandom } from '../engines/randomBundle.js';
import type { TrainerState } from '../engines/trainerState.js';
import { CheckpointError, openCheckpoint, writeCheckpoint } from './checkpointFile.js';
import { type LoopState, startLoop } from './loopState.js';
import { temporaryDirectory } from './temporaryDirectory.js';

const random = testRandom(5);
const BLOCKS = [100, 0, 3_000_001].map((bytes) => Uint8Array.from({ length: bytes }, () => random() * 256));

const state: TrainerState = {
  step: 12,
  blocks: BLOCKS.map(({ byteLength: bytes }, at) => ({ name: `part ${at}`, bytes })),
  async *read(block) {
    const bytes = BLOCKS[block] as Uint8Array;
    yield bytes.subarray(0, 10);
    yield bytes.subarray(10);
  },
};
const loop: LoopState = {
  ...startLoop(),
  validatedAt: 10,
  best: {
    step: 10,
    value: 1 / 3,
    valid: { 'valid/loss': Number.NaN, 'valid/recall@3': Number.POSITIVE_INFINITY },
  },
};
const header = {
  engine: 'native 0.1.0',
  model: 'GMF',
  loss: 'CE',
  configSha256: 'a'.repeat(64),
  config: { lr: 0.1 },
  datasetSha256: 'b'.repeat(64),
  totalSteps: 20,
  loop,
  companion: { curve: [1, 2] },
};

async function written(): Promise<string> {
  const path = join(await temporaryDirectory('checkpoint'), 'a.ckpt');
  await writeCheckpoint(path, header, state);
  return path;
}

/** Reads all of it. @throws what a training would meet */
async function readAll(path: string) {
  const saved = await openCheckpoint(path);
  if (saved === null) return null;
  try {
    const blocks: Buffer[] = [];
    for (const at of saved.header.blocks.keys()) {
      const pieces: Buffer[] = [];
      for await (const piece of saved.state.read(at)) pieces.push(Buffer.from(piece));
      blocks.push(Buffer.concat(pieces));
    }
    return { header: saved.header, blocks };
  } finally {
    await saved.close();
  }
}

describe('a checkpoint file', () => {
  test('comes back as it was, numbers that JSON does not have included', async () => {
    const read = await readAll(await written());
    expect(read?.header).toMatchObject({ step: 12, totalSteps: 20, companion: { curve: [1, 2] } });
    expect(read?.header.loop).toEqual(loop);
    expect(read?.blocks.map((bytes, at) => bytes.equals(BLOCKS[at] as Uint8Array))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is nothing where there is none', async () => {
    expect(await readAll(join(await temporaryDirectory('checkpoint'), 'none'))).toBeNull();
  });

  test('any flipped bit is found, and the message names the file and the place', async () => {
    const path = await written();
    const whole = await readFile(path);
    const places = [0, 7, 8, 12, 15, 16, 47, 48, 60, whole.length - 1, whole.length - 33];
    while (places.length < 60) places.push(Math.floor(random() * whole.length));
    for (const at of places) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ (1 << Math.floor(random() * 8));
      await writeFile(path, damaged);
      const error = await readAll(path).catch((reason: unknown) => reason);
      expect(error, `byte ${at}`).toBeInstanceOf(CheckpointError);
      const { message } = error as CheckpointError;
      expect(message.startsWith(`${path}: `), message).toBe(true);
      expect(message, `byte ${at}`).toMatch(
        /not a checkpoint|of format \d+|header|damaged in block part \d, bytes \d+ to \d+/,
      );
    }
  });

  test('a file that is cut or longer than it was is refused before any block is read', async () => {
    const path = await written();
    const whole = await readFile(path);
    const lengths = [0, 1, 7, 8, 47, 48, 100, whole.length - 1, whole.length - 32];
    while (lengths.length < 40) lengths.push(Math.floor(random() * whole.length));
    for (const length of lengths) {
      await writeFile(path, whole.subarray(0, length));
      await expect(openCheckpoint(path), `${length} bytes`).rejects.toThrow(/not a checkpoint|cut/);
    }
    await writeFile(path, Buffer.concat([whole, Buffer.alloc(1)]));
    await expect(openCheckpoint(path)).rejects.toThrow(/has grown: \d+ bytes, its header asks for \d+$/);
  });

  test('blocks that changed places are found', async () => {
    const path = await written();
    const other = join(await temporaryDirectory('checkpoint'), 'b.ckpt');
    await writeCheckpoint(other, { ...header, totalSteps: 21 }, state);
    const [a, b] = [await readFile(path), await readFile(other)];
    const blocks = BLOCKS.reduce((sum, { byteLength }) => sum + byteLength + 32, 0);
    await writeFile(path, Buffer.concat([a.subarray(0, a.length - blocks), b.subarray(b.length - blocks)]));
    await expect(readAll(path)).rejects.toThrow('damaged in block part 0');
  });

  test('a folder is refused', async () => {
    await expect(openCheckpoint(await temporaryDirectory('checkpoint'))).rejects.toThrow(
      'not a checkpoint: not a file',
    );
  });

  test('a write that fails leaves the old one', async () => {
    const path = await written();
    const before = await readFile(path);
    const failing: TrainerState = {
      ...state,
      async *read() {
        yield new Uint8Array(10);
        throw new Error('the device is gone');
      },
    };
    await expect(writeCheckpoint(path, header, failing)).rejects.toThrow('the device is gone');
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});
