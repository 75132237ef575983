import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldText, readRecords } from './records.js';

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function recordsOf(
  text: string,
  sizes: readonly number[],
): Promise<{ line: number; fields: string[] }[]> {
  const records: { line: number; fields: string[] }[] = [];
  await readRecords(chunksOf(Buffer.from(text), sizes), 'a file', (fields) => {
    const texts = Array.from({ length: fields.count }, (_, field) => fieldText(fields, field));
    records.push({ line: fields.line, fields: texts });
    return true;
  });
  return records;
}

const plainField = fc.string({ maxLength: 6, unit: fc.constantFrom('a', '7', 'ß', '€', ' ', '-') });
const anyField = fc.string({ maxLength: 6, unit: fc.constantFrom('a', '"', ',', '\n', '\r', '€', '\t') });
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
const lineEnd = fc.constantFrom('\n', '\r\n');

describe('records', () => {
  it('are the same however the bytes are cut into chunks, quotes and line ends included', async () => {
    const rows = fc.array(fc.tuple(fc.constant('x'), anyField, anyField), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, sizes, lineEnd, fc.boolean(), async (body, cuts, end, ended) => {
        const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;
        const lines = [['a', 'b', 'c'], ...body].map((row) => row.map(quote).join(','));
        const text = lines.join(end) + (ended ? end : '');
        const read = await recordsOf(text, cuts);
        expect(read.map(({ fields }) => fields)).toEqual([['a', 'b', 'c'], ...body]);
      }),
    );
  });

  it('carry the number of the line they begin on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plainField, { minLength: 1, maxLength: 9 }), sizes, async (body, cuts) => {
        const text = ['h\tg', ...body.map((field) => `${field}\t"`)].join('\n');
        const read = await recordsOf(text, cuts);
        expect(read.map(({ line }) => line)).toEqual([...body.keys(), body.length].map((at) => at + 1));
        expect(read.slice(1).map(({ fields }) => fields)).toEqual(body.map((field) => [field, '"']));
      }),
    );
  });

  it('count the lines inside quotes', async () => {
    const read = await recordsOf('a,b\n1,"two\nlines"\n3,4\n', [4]);
    expect(read.map(({ line }) => line)).toEqual([1, 2, 4]);
  });
});
