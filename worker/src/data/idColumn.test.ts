import { describe, expect, it } from 'vitest';
import { IdColumn, type IdMode } from './idColumn.js';

function read(ids: readonly string[], mode: IdMode = 'auto', limit: number | null = null) {
  const column = new IdColumn('user', mode, limit);
  ids.forEach((id, at) => {
    const bytes = Buffer.from(id);
    column.push({ bytes, start: 0, end: bytes.length }, 'f', at + 2);
  });
  const { count, names: table } = column.finish(limit);
  const names = table && Array.from({ length: count }, (_, id) => Buffer.from(table.bytesOf(id)).toString());
  return { count, names, values: [...column.view(0, column.length)] };
}

describe('a column of ids', () => {
  it('keeps integers as they are', () => {
    expect(read(['5', '0', '5'])).toEqual({ count: 6, names: null, values: [5, 0, 5] });
  });

  it('numbers all ids from the first on when one of them is text, wherever it stands', () => {
    const names = ['9', '3', 'x'];
    expect(read(['9', '3', 'x', '9'])).toEqual({ count: 3, names, values: [0, 1, 2, 0] });
    expect(read(['x', '9'])).toMatchObject({ names: ['x', '9'], values: [0, 1] });
  });

  it('takes odd numbers for damage among integers and for names among text', () => {
    expect(() => read(['1', '-5', '2'])).toThrow(/f: line 3: user "-5" is not an integer/);
    expect(() => read(['1', '4294967296'])).toThrow(/f: line 3/);
    expect(read(['1', '-5', 'x'])).toMatchObject({ names: ['1', '-5', 'x'] });
  });

  it('takes nothing but integers below a size that is given', () => {
    expect(read(['2', '0'], 'integers', 10)).toEqual({ count: 10, names: null, values: [2, 0] });
    expect(() => read(['10'], 'integers', 10)).toThrow(/f: line 2: user "10" is not an integer in \[0, 10\)/);
    expect(() => read(['x'], 'integers', 10)).toThrow(/f: line 2/);
  });

  it('numbers integers too when asked to', () => {
    expect(read(['70', '3', '70'], 'number')).toEqual({ count: 2, names: ['70', '3'], values: [0, 1, 0] });
  });
});
