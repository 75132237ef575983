import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countIds, encodeIdList } from './idList.js';
import { IdTable } from './idTable.js';

const id = fc.string({ maxLength: 8, unit: 'binary' });

it('a list of ids is what JSON.stringify makes of them', () => {
  fc.assert(
    fc.property(fc.uniqueArray(id), (ids) => {
      const texts = ids.map((text) => Buffer.from(text));
      const list = encodeIdList(ids.length, (at) => texts[at] as Buffer);
      expect(Buffer.from(list).toString()).toBe(JSON.stringify(ids));
      expect(countIds(list)).toBe(ids.length);
    }),
  );
});

it.each([
  '',
  '[',
  '"a"',
  '["a",]',
  '["a" ,"b"]',
  '[1]',
  '["a]',
  '["\\x"]',
  '["\\u12g4"]',
  '["a\nb"]',
  '["a"]]',
])('no list of ids is %j', (text) => {
  expect(countIds(Buffer.from(text))).toBeNull();
});

it('a table numbers ids by first appearance, finds them again, and keeps their bytes', () => {
  const table = new IdTable();
  const numbers = new Map<string, number>();
  for (let at = 0; at < 50_000; at++) {
    const text = `id ${(at * 7_919) % 20_011} ${'ä'.repeat(at % 3)}`;
    const bytes = Buffer.from(`<${text}>`);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    expect(table.number(bytes, 1, bytes.length - 1)).toBe(known);
  }
  expect(table.count).toBe(numbers.size);
  for (const [text, number] of numbers) expect(Buffer.from(table.bytesOf(number)).toString()).toBe(text);
});
