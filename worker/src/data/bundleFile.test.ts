import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bundle, PARTS } from './bundle.js';
import { buildCsr } from './csr.js';
import { DataError } from './dataError.js';
import { decodeBundle, decodeIds } from './decodeBundle.js';
import { type BundleContent, contentAddress, encodeBundle, encodeHeader } from './encodeBundle.js';

const USERS = 5;
const ITEMS = 7;

/** A small data set with every kind of section: flags, no flags, ids. */
const contents: fc.Arbitrary<BundleContent> = fc
  .record({
    parts: fc.array(
      fc.record({
        flagged: fc.boolean(),
        rows: fc.array(fc.tuple(fc.nat(USERS - 1), fc.nat(ITEMS - 1), fc.nat(1)), { maxLength: 30 }),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    ids: fc.boolean(),
  })
  .map(({ parts, ids }) => {
    const [train, valid, test] = parts.map(({ flagged, rows }) => {
      const column = (at: 0 | 1 | 2) => rows.map((row) => row[at]);
      const raw = {
        users: Uint32Array.from(column(0)),
        items: Uint32Array.from(column(1)),
        flags: flagged ? Uint8Array.from(column(2)) : null,
      };
      return buildCsr(raw, USERS, ITEMS).csr;
    });
    if (!train || !valid || !test) throw new Error('three parts');
    return {
      name: 'any',
      users: USERS,
      items: ITEMS,
      fpRule: 'flag',
      source: 'a test',
      ids: { users: ids ? ['Ä', 'b "quoted"', 'c'] : null, items: null },
      train,
      valid,
      test,
    };
  });

function arraysOf(bundle: BundleContent | Bundle) {
  return PARTS.map((part) => ({ ...bundle[part] }));
}

/** Whatever the bytes were, what comes back must be safe to index with. */
function expectWellFormed(bundle: Bundle): void {
  for (const part of PARTS) {
    const { rowStarts, items, truePositive } = bundle[part];
    expect(rowStarts.length).toBe(bundle.header.users + 1);
    expect(rowStarts.at(-1)).toBe(items.length);
    expect(items.every((item) => item < bundle.header.items)).toBe(true);
    expect(truePositive === null || truePositive.length === items.length).toBe(true);
  }
}

function decodeOrRefuse(file: Uint8Array, sha256?: string): Bundle | null {
  try {
    return decodeBundle(file, sha256);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ code: 'BUNDLE_INVALID' });
    return null;
  }
}

describe('a bundle file', () => {
  it('gives back what went in, and encodes to the same bytes again', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const file = encodeBundle(content);
        const bundle = decodeBundle(file, contentAddress(file));
        expect(arraysOf(bundle)).toEqual(arraysOf(content));
        expect(decodeIds(file)).toEqual(content.ids);
        expect(encodeBundle({ ...content, ...bundle })).toEqual(file);
      }),
    );
  });

  it('is refused by its content address when any byte is flipped', () => {
    fc.assert(
      fc.property(contents, fc.nat(), fc.integer({ min: 1, max: 255 }), (content, where, flip) => {
        const file = encodeBundle(content);
        const sha256 = contentAddress(file);
        const at = where % file.length;
        file[at] = (file[at] as number) ^ flip;
        expect(decodeOrRefuse(file, sha256)).toBeNull();
      }),
    );
  });

  it('is refused or well formed when bytes are flipped and no address is known', () => {
    fc.assert(
      fc.property(contents, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (content, flips) => {
        const file = encodeBundle(content);
        for (const [where, value] of flips) file[where % file.length] = value;
        const bundle = decodeOrRefuse(file);
        if (bundle !== null) expectWellFormed(bundle);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it is cut or longer than its header asks for', () => {
    fc.assert(
      fc.property(contents, fc.nat(), (content, where) => {
        const file = encodeBundle(content);
        expect(decodeOrRefuse(file.subarray(0, where % file.length))).toBeNull();
        expect(decodeOrRefuse(Buffer.concat([file, Buffer.of(0)]))).toBeNull();
      }),
    );
  });

  it('is refused at once when its header claims tables that the file cannot hold', () => {
    const whole = encodeBundle(fc.sample(contents, 1)[0] as BundleContent);
    const { header } = decodeBundle(whole);
    const forged = encodeHeader({ ...header, users: 99_999_999 });
    const file = Buffer.concat([whole.subarray(0, 16), forged]);
    file.writeUInt32LE(forged.length, 12);
    expect(() => decodeBundle(file)).toThrow(/its header asks for 1\d{9}/);
  });

  it('reads from bytes that lie at an odd offset of a larger buffer', () => {
    const content = fc.sample(contents, 1)[0] as BundleContent;
    const shifted = Buffer.concat([Buffer.of(1), encodeBundle(content)]).subarray(1);
    expect(arraysOf(decodeBundle(shifted))).toEqual(arraysOf(content));
  });
});
