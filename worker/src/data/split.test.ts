import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTS, type Part } from './bundle.js';
import { buildCsr } from './csr.js';
import { type Split, splitParts } from './split.js';

type Row = { user: number; item: number; time: number; flag?: 0 | 1 };

function split(rows: readonly Row[], how: Split) {
  const raw = {
    users: Uint32Array.from(rows, ({ user }) => user),
    items: Uint32Array.from(rows, ({ item }) => item),
    flags: Uint8Array.from(rows, ({ flag }) => flag ?? 1),
    times: Float64Array.from(rows, ({ time }) => time),
  };
  const users = Math.max(...raw.users) + 1;
  const parts = splitParts(buildCsr(raw, users, Math.max(...raw.items) + 1), how);
  const pairsOf = (part: Part) => {
    const { rowStarts, items } = parts[part];
    return Array.from(items, (item, at) => `${rowStarts.findLastIndex((start) => start <= at)}:${item}`);
  };
  return {
    ...parts,
    pairs: Object.fromEntries(PARTS.map((part) => [part, pairsOf(part)])) as Record<Part, string[]>,
  };
}

describe('a split by time', () => {
  const rows = Array.from({ length: 100 }, (_, at) => ({ user: at % 7, item: at, time: 5_000 - at }));

  it('cuts all interactions at two moments: 8:1:1', () => {
    const { pairs } = split(rows, { kind: 'temporal' });
    const timesOf = (part: Part) => pairs[part].map((pair) => 5_000 - Number(pair.split(':')[1]));
    expect(PARTS.map((part) => pairs[part].length)).toEqual([80, 10, 10]);
    expect(Math.max(...timesOf('train'))).toBeLessThan(Math.min(...timesOf('valid')));
    expect(Math.max(...timesOf('valid'))).toBeLessThan(Math.min(...timesOf('test')));
  });

  it('leaves what happened at the same moment together', () => {
    const byDay = rows.map((row) => ({ ...row, time: Math.floor(row.time / 7) }));
    const { pairs } = split(byDay, { kind: 'temporal' });
    const daysOf = (part: Part) =>
      new Set(pairs[part].map((pair) => byDay[Number(pair.split(':')[1])]?.time));
    expect(daysOf('valid').size).toBeGreaterThan(0);
    for (const day of daysOf('valid'))
      expect([daysOf('train').has(day), daysOf('test').has(day)]).toEqual([false, false]);
  });

  it('is refused when all happened at once', () => {
    const once = rows.map((row) => ({ ...row, time: 7 }));
    expect(() => split(once, { kind: 'temporal' })).toThrow(/more than a tenth .* timestamp 7/);
  });

  it('drops the false positives of the test part alone', () => {
    const noisy = rows.map((row) => ({ ...row, flag: (row.item % 2) as 0 | 1 }));
    const { train, test, droppedFalsePositives } = split(noisy, { kind: 'temporal' });
    expect([train.items.length, test.items.length, droppedFalsePositives]).toEqual([80, 5, 5]);
  });
});

describe('leaving the last of each user', () => {
  it('takes the last n for test and the n before for valid, by time and not by place', () => {
    const times = [30, 10, 50, 20, 40];
    const rows = times.map((time, item) => ({ user: 0, item, time }));
    const one = split(rows, { kind: 'leave-last-n', n: 1 });
    expect(one.pairs).toEqual({ train: ['0:0', '0:1', '0:3'], valid: ['0:4'], test: ['0:2'] });
    const two = split(rows, { kind: 'leave-last-n', n: 2 });
    expect(two.pairs).toEqual({ train: ['0:1'], valid: ['0:0', '0:3'], test: ['0:2', '0:4'] });
  });

  it('leaves users in train who have no more than 2n', () => {
    const rows = [0, 1].flatMap((user) => [1, 2, 3].slice(user).map((time) => ({ user, item: time, time })));
    expect(split(rows, { kind: 'leave-last-n', n: 1 }).pairs).toEqual({
      train: ['0:1', '1:2', '1:3'],
      valid: ['0:2'],
      test: ['0:3'],
    });
  });

  it('counts a pair by its first time', () => {
    const rows = [
      ...[1, 2, 3].map((time) => ({ user: 0, item: time, time })),
      { user: 0, item: 1, time: 99 },
    ];
    expect(split(rows, { kind: 'leave-last-n', n: 1 }).pairs.test).toEqual(['0:3']);
  });
});

it('every split puts each interaction into one part, whatever the order of the rows', () => {
  const row = fc.record({ user: fc.nat(4), item: fc.nat(30), time: fc.nat(1000) });
  const rows = fc.uniqueArray(row, {
    minLength: 40,
    maxLength: 80,
    selector: ({ user, item }) => user * 31 + item,
  });
  const hows: Split[] = [
    { kind: 'ratio', seed: 3 },
    { kind: 'leave-last-n', n: 2 },
  ];
  fc.assert(
    fc.property(rows, fc.constantFrom(...hows), (given, how) => {
      const { pairs } = split(given, how);
      expect(PARTS.flatMap((part) => pairs[part]).sort()).toEqual(
        given.map(({ user, item }) => `${user}:${item}`).sort(),
      );
      expect(split([...given].reverse(), how).pairs).toEqual(pairs);
    }),
  );
});
