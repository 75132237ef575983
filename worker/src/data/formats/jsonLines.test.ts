import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonField, readJsonLines } from './jsonLines.js';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What the scanner finds of `a` and `b` on each line. */
async function scan(text: string, chunk = 1 << 16): Promise<(string | null)[][]> {
  const fields = [jsonField('a'), jsonField('b')];
  const found: (string | null)[][] = [];
  await readJsonLines(chunksOf(Buffer.from(text), chunk), 'x', fields, () => {
    found.push(
      fields.map(({ kind, bytes, start, end }) =>
        kind === 'none' ? null : bytes.toString('utf8', start, end),
      ),
    );
  });
  return found;
}

function expected(line: string): (string | null)[] {
  const object = JSON.parse(line) as Record<string, unknown>;
  return ['a', 'b'].map((key) => {
    const value = Object.hasOwn(object, key) ? object[key] : null;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  });
}

const word = fc.string({
  maxLength: 60,
  unit: fc.constantFrom('a', 'b', '"', '\\', '{', '}', ',', ':', 'ß', '\n', ' '),
});
const value = fc.letrec((tie) => ({
  any: fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), tie('array'), tie('object')),
  array: fc.array(tie('any'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a"'), tie('any'), { maxKeys: 3 }),
})).any;
const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'aa', '"a', 'b\\'), value, { maxKeys: 6 });

describe('JSON lines', () => {
  it('give the same fields as JSON.parse, however they are spaced and cut into chunks', async () => {
    const lines = fc.array(fc.tuple(object, fc.boolean()), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 90 }), async (objects, chunk) => {
        const texts = objects.map(([each, spaced]) => {
          const text = JSON.stringify(each, null, spaced ? 1 : 0);
          return spaced ? ` ${text.replaceAll('\n', ' ')}\t` : text;
        });
        expect(await scan(`${texts.join('\r\n')}\n`, chunk)).toEqual(texts.map(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('take the last of a key that is there twice, as JSON.parse does', async () => {
    expect(await scan('{"a": 1, "a": "x", "b": "y", "b": [2]}\n')).toEqual([['x', null]]);
  });

  it('are refused with line and column wherever an object is cut', async () => {
    const whole = '{"a": "x\\"y", "c": {"b": [1, "]"]}, "b": -1.5e3, "d": true}';
    for (let at = 1; at < whole.length; at++) {
      await expect(scan(`{}\n${whole.slice(0, at)}\n`), whole.slice(0, at)).rejects.toThrow(
        /^x: line 2: not a JSON object \(column \d+\)$/,
      );
    }
  });

  it.each([
    '{"a" 1}',
    '{"a": 1 "b": 2}',
    '{"a": }',
    '{a: 1}',
    '{"a": 1} x',
    '{"a": 1,}',
    '{"a": yes}',
    '{"a": "\\x"}',
    'null',
  ])('are refused for %s', async (line) => {
    await expect(scan(`${line}\n`)).rejects.toThrow(/line 1: not a JSON object/);
  });
});
