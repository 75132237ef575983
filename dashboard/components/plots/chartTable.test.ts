/** Tables as CSV. */
import { describe, expect, test } from 'vitest';
import { csvOf } from './chartTable';

describe('csvOf', () => {
  test('ends every line with CRLF and leaves absent values empty', () => {
    const table = {
      columns: ['step', 'value'],
      rows: [
        [1, 0.1 + 0.2],
        [2, null],
      ],
    } as const;
    expect(csvOf(table)).toBe('step,value\r\n1,0.30000000000000004\r\n2,\r\n');
  });

  test('quotes separators, quotes and line breaks', () => {
    expect(csvOf({ columns: ['a,b'], rows: [['say "x"'], ['two\nlines']] })).toBe(
      '"a,b"\r\n"say ""x"""\r\n"two\nlines"\r\n',
    );
  });

  test('keeps a spreadsheet from running a text as a formula, and leaves numbers alone', () => {
    expect(csvOf({ columns: ['x'], rows: [['=1+1'], [-2]] })).toBe("x\r\n'=1+1\r\n-2\r\n");
  });
});
