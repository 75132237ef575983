import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatSeconds, formatShare, renderTable } from './output.js';

describe('a table', () => {
  it('aligns its columns, numbers at the right, without trailing blanks', () => {
    const columns = [{ title: 'name' }, { title: 'users', align: 'right' as const }, { title: 'rule' }];
    expect(
      renderTable(columns, [
        ['films', '7', 'flag'],
        ['a', '1,000', ''],
      ]),
    ).toBe(['name   users  rule', 'films      7  flag', 'a      1,000'].join('\n'));
  });
});

describe('numbers as people read them', () => {
  it.each([
    [formatCount(212_231), '212,231'],
    [formatShare(247_628, 419_491), '59.0 %'],
    [formatShare(0, 0), '–'],
    [formatBytes(1023), '1023 B'],
    [formatBytes(4_641_000), '4.4 MiB'],
    [formatSeconds(4.24), '4.2 s'],
    [formatSeconds(59.97), '1 min 00 s'],
    [formatSeconds(7800), '2 h 10 min'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
