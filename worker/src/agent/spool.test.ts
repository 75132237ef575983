import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BATCH_MAX_POINTS } from '../tunables.js';
import { crc32c } from './crc32c.js';
import { Spool, SpoolCorrupt } from './spool.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adt-spool-'));
  path = join(folder, '7-1.1.spool');
});
afterEach(() => rmSync(folder, { recursive: true }));

const point = (step: number, value = step / 3) => ({ step, metric: 'valid/recall@50', value });
const points = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => point(from + at));

/** Byte offset at which each record ends. */
function recordEnds(file: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < file.length; ) {
    at += 8 + file.readUInt32LE(at);
    ends.push(at);
  }
  return ends;
}

describe('crc32c', () => {
  it('gives the check value of the standard', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

describe('Spool', () => {
  it('numbers points without a gap and reads them back from any sequence number', () => {
    const spool = new Spool(path);
    spool.append(points(1, 70));
    spool.append(points(71, 200));
    expect(spool.lastSeq).toBe(200);
    for (const from of [1, 2, 64, 65, 66, 128, 129, 200]) {
      expect(spool.read(from)).toEqual(points(from, 200));
    }
    expect(spool.read(201)).toEqual([]);
    spool.close();
  });

  it('keeps NaN and infinities as they are', () => {
    const spool = new Spool(path);
    const odd = [point(1, Number.NaN), point(2, Number.POSITIVE_INFINITY)];
    spool.append(odd);
    expect(spool.read(1)).toEqual(odd);
    spool.close();
  });

  it('never reads more than one batch may hold', () => {
    const spool = new Spool(path);
    spool.append(points(1, BATCH_MAX_POINTS + 1));
    expect(spool.read(1)).toHaveLength(BATCH_MAX_POINTS);
    expect(spool.read(BATCH_MAX_POINTS + 1)).toHaveLength(1);
    spool.close();
  });

  it('goes on where it ended when it is opened again', async () => {
    const before = new Spool(path);
    before.append(points(1, 130));
    await before.sync();
    before.close();
    const after = new Spool(path);
    after.append(points(131, 140));
    expect(after.lastSeq).toBe(140);
    expect(after.read(100)).toEqual(points(100, 140));
    after.close();
  });

  it('cuts off a torn last record, wherever it is torn', () => {
    const whole = new Spool(path);
    whole.append(points(1, 3));
    whole.close();
    const file = readFileSync(path);
    const [, second = 0] = recordEnds(file);
    for (let cut = second + 1; cut < file.length; cut++) {
      writeFileSync(path, file.subarray(0, cut));
      const spool = new Spool(path);
      expect(spool.lastSeq).toBe(2);
      expect(statSync(path).size).toBe(second);
      spool.append([point(3)]);
      expect(spool.read(1)).toEqual(points(1, 3));
      spool.close();
    }
  });

  it('never takes a last record with a flipped bit for a point, and cuts it off unless its length is in doubt', () => {
    const whole = new Spool(path);
    whole.append(points(1, 3));
    whole.close();
    const file = readFileSync(path);
    const [, second = 0] = recordEnds(file);
    for (let bit = second * 8; bit < file.length * 8; bit++) {
      const damaged = Buffer.from(file);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      writeFileSync(path, damaged);
      if (bit < (second + 4) * 8 && damaged.readUInt32LE(second) < file.readUInt32LE(second)) {
        // Bytes follow what claims to be the record: whether they are of a further one, nobody can tell.
        if (damaged.readUInt32LE(second) > 0)
          expect(() => new Spool(path), `bit ${bit}`).toThrow(SpoolCorrupt);
        continue;
      }
      if (damaged.readUInt32LE(second) > 4096) {
        expect(() => new Spool(path), `bit ${bit}`).toThrow(SpoolCorrupt);
        continue;
      }
      const spool = new Spool(path);
      expect(spool.read(1), `bit ${bit}`).toEqual(points(1, 2));
      expect(statSync(path).size).toBe(second);
      spool.close();
    }
  });

  it('cuts off the zeros that a power failure leaves at the end', () => {
    const whole = new Spool(path);
    whole.append(points(1, 3));
    whole.close();
    appendFileSync(path, Buffer.alloc(4096));
    const spool = new Spool(path);
    expect(spool.lastSeq).toBe(3);
    spool.close();
  });

  it('detects any flipped bit of a record in the middle', () => {
    const whole = new Spool(path);
    whole.append(points(1, 3));
    whole.close();
    const file = readFileSync(path);
    const [first = 0, second = 0] = recordEnds(file);
    for (let at = first + 4; at < second; at++) {
      const damaged = Buffer.from(file);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
      writeFileSync(path, damaged);
      expect(() => new Spool(path)).toThrow(SpoolCorrupt);
    }
  });

  it('detects damage that happens while it is open', () => {
    const spool = new Spool(path);
    spool.append(points(1, 3));
    const file = readFileSync(path);
    truncateSync(path, 0);
    file.writeUInt8(file.readUInt8(12) ^ 1, 12);
    writeFileSync(path, file);
    expect(() => spool.read(1)).toThrow(SpoolCorrupt);
    spool.close();
  });

  it('leaves no file behind when it is deleted, and may be deleted twice', () => {
    const spool = new Spool(path);
    spool.append(points(1, 3));
    spool.delete();
    spool.delete();
    expect(() => statSync(path)).toThrow('ENOENT');
  });
});
