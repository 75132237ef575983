/** Damage of every kind to bundle files: an error with the reason, or a bundle that is safe to read; never a crash. */
import { describe, expect, it } from 'vitest';
import { type Bundle, PARTS } from './bundle.js';
import { buildCsr } from './csr.js';
import { DataError } from './dataError.js';
import { decodeBundle, decodeIds } from './decodeBundle.js';
import { contentAddress, encodeBundle } from './encodeBundle.js';
import { createRng, type Rng } from './rng.js';

const CASES = 5_000;
const PREAMBLE = 16;

/** A data set of 40 users and 30 items with flags in two parts, ids of users, none of items. */
function wholeFile(seed: number): Buffer {
  const rng = createRng(seed, 0);
  const part = (flagged: boolean) => {
    const column = (bound: number) => Uint32Array.from({ length: 200 }, () => rng.below(bound));
    const flags = flagged ? Uint8Array.from({ length: 200 }, () => rng.below(2)) : null;
    return buildCsr({ users: column(40), items: column(30), flags }, 40, 30).csr;
  };
  const users = Array.from({ length: 40 }, (_, user) => `user "${user}" Ä\n`);
  return Buffer.from(
    encodeBundle({
      name: 'fuzz',
      users: 40,
      items: 30,
      fpRule: 'flag',
      source: 'a test',
      ids: { users, items: null },
      train: part(true),
      valid: part(false),
      test: part(true),
    }),
  );
}

const FILES = [1, 2, 3].map(wholeFile);
const fileFor = (rng: Rng) => Buffer.from(FILES[rng.below(FILES.length)] as Buffer);

/** @returns whether the bytes were taken for a bundle; then all of it is safe to read */
function isTaken(file: Uint8Array): boolean {
  let bundle: Bundle;
  try {
    bundle = decodeBundle(file, contentAddress(file));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (error.code !== 'BUNDLE_INVALID') throw error;
    if (!/^not a whole bundle: \S.{5,200}$/.test(error.message)) throw error;
    return false;
  }
  readAll(bundle, file);
  return true;
}

function readAll(bundle: Bundle, file: Uint8Array): void {
  const { users, items } = bundle.header;
  for (const part of PARTS) {
    const { rowStarts, items: row, truePositive } = bundle[part];
    const safe =
      rowStarts.length === users + 1 &&
      rowStarts.at(-1) === row.length &&
      rowStarts.every((start, user) => user === 0 || start >= (rowStarts[user - 1] as number)) &&
      row.every((item) => item < items) &&
      (truePositive === null ||
        (truePositive.length === row.length && truePositive.every((flag) => flag < 2)));
    if (!safe) throw new Error(`${part} is not safe to read`);
  }
  const ids = decodeIds(file);
  if ((ids.users?.length ?? 0) > users || (ids.items?.length ?? 0) > items) throw new Error('too many ids');
}

/** Damages a file in each case and counts how many are taken. @returns the share that was taken */
function shareTaken(stream: number, damage: (file: Buffer, rng: Rng) => Buffer): number {
  const rng = createRng(2026, stream);
  let taken = 0;
  for (let at = 0; at < CASES; at++) if (isTaken(damage(fileFor(rng), rng))) taken++;
  return taken / CASES;
}

/** The file with another header, its length set right, so that only the header's own words can give it away. */
function withHeader(file: Buffer, change: (header: Record<string, unknown>) => void): Buffer {
  const length = file.readUInt32LE(12);
  const header = JSON.parse(file.toString('utf8', PREAMBLE, PREAMBLE + length));
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const forged = Buffer.concat([file.subarray(0, PREAMBLE), json, file.subarray(PREAMBLE + length)]);
  forged.writeUInt32LE(json.length, 12);
  return forged;
}

const ODD_COUNTS = [
  ...[0, 1, 2, 39, 41, -1, 0.5, 99_999_999, 100_000_000, 100_000_001],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33, 2 ** 53 - 1, 2 ** 53, 1e300],
  ...[null, '40', true, [], {}, [40]],
];
const COUNTS = [
  ['users'],
  ['items'],
  ['format'],
  ...['train', 'valid', 'test'].flatMap((part) => [
    ['parts', part, 'interactions'],
    ['parts', part, 'falsePositives'],
    ['parts', part],
  ]),
  ['idBytes', 'users'],
  ['idBytes', 'items'],
  ['parts'],
  ['idBytes'],
];

function setAt(header: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let inner = header;
  for (const key of path.slice(0, -1)) {
    if (typeof inner[key] !== 'object' || inner[key] === null) return;
    inner = inner[key] as Record<string, unknown>;
  }
  inner[path.at(-1) as string] = value;
}

describe('a bundle file whose hash fits its bytes', () => {
  it('is taken when it is whole', () => {
    expect(FILES.map(isTaken)).toEqual([true, true, true]);
  });

  it('is refused or safe with bits flipped', () => {
    const taken = shareTaken(1, (file, rng) => {
      for (let flips = 1 + rng.below(4); flips > 0; flips--) {
        const at = rng.below(file.length);
        file[at] = (file[at] as number) ^ (1 << rng.below(8));
      }
      return file;
    });
    // A flipped bit of an item or of an id can still be a bundle, one of a header or of padding cannot.
    expect(taken).toBeGreaterThan(0.001);
    expect(taken).toBeLessThan(0.5);
  });

  it('is refused when cut anywhere', () => {
    expect(shareTaken(2, (file, rng) => file.subarray(0, rng.below(file.length)))).toBe(0);
  });

  it('is refused or safe with pieces moved, repeated or taken out', () => {
    const taken = shareTaken(3, (file, rng) => {
      const [from, to] = [rng.below(file.length), rng.below(file.length)];
      const piece = file.subarray(Math.min(from, to), Math.max(from, to));
      const rest = [file.subarray(0, Math.min(from, to)), file.subarray(Math.max(from, to))] as const;
      const how = [
        [rest[0], rest[1]],
        [...rest, piece],
        [piece, ...rest],
        [rest[0], piece, piece, rest[1]],
      ];
      return Buffer.concat(how[rng.below(how.length)] as Buffer[]);
    });
    expect(taken).toBeLessThan(0.01);
  });

  it('is refused or safe when its header claims other counts, huge ones included', () => {
    const taken = shareTaken(4, (file, rng) =>
      withHeader(file, (header) => {
        for (let changes = 1 + rng.below(3); changes > 0; changes--) {
          const path = COUNTS[rng.below(COUNTS.length)] as string[];
          setAt(header, path, ODD_COUNTS[rng.below(ODD_COUNTS.length)]);
        }
      }),
    );
    expect(taken).toBeLessThan(0.2);
  });

  it('is refused or safe when counts are shifted so that the length still fits', () => {
    const taken = shareTaken(5, (file, rng) =>
      withHeader(file, (header) => {
        const parts = header.parts as Record<string, { interactions: number; falsePositives: number | null }>;
        const [give, take] = rng.below(2) === 0 ? (['train', 'test'] as const) : (['test', 'train'] as const);
        const moved = rng.below(40) * (rng.below(2) === 0 ? 16 : 1);
        const shift = (part: 'train' | 'test', by: number) => {
          const stats = parts[part];
          if (stats) stats.interactions += by;
        };
        shift(give, -moved);
        shift(take, moved);
      }),
    );
    expect(taken).toBeLessThan(0.1);
  });

  it('is refused at once when its preamble claims a header or a format of its own', () => {
    const taken = shareTaken(6, (file, rng) => {
      const at = rng.below(PREAMBLE);
      if (rng.below(2) === 0) file.writeUInt32LE(rng.uint32(), 12);
      else file[at] = (file[at] as number) ^ (1 + rng.below(255));
      return file;
    });
    expect(taken).toBe(0);
  });

  it('is refused when it is noise, with or without the magic before it', () => {
    const taken = shareTaken(7, (file, rng) => {
      const noise = Buffer.from(Uint8Array.from({ length: rng.below(300) }, () => rng.below(256)));
      return rng.below(2) === 0 ? noise : Buffer.concat([file.subarray(0, rng.below(PREAMBLE + 1)), noise]);
    });
    expect(taken).toBe(0);
  });
});
