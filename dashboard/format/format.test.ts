/** Numbers and times as they are read. */
import { describe, expect, test } from 'vitest';
import { formatBytes, formatMetric, formatParameter, formatPercent } from './number';
import { etaMs, formatAgo, formatClock, formatDuration } from './time';

test('metrics have four decimals, and a dash where there is none', () => {
  expect([0.17942, 0, undefined, null, Number.NaN, 12345.678].map(formatMetric)).toEqual([
    '0.1794',
    '0.0000',
    '—',
    '—',
    '—',
    '12345.7',
  ]);
});

test('parameters stay distinct: small ones exponential, whole ones grouped', () => {
  expect([0.0001, 0.05, 30_000, 1, 0, undefined].map(formatParameter)).toEqual([
    '1e-4',
    '0.05',
    '30,000',
    '1',
    '0',
    '—',
  ]);
});

test('bytes and shares', () => {
  expect([0, 1023, 1536, 10 * 1024 ** 3].map(formatBytes)).toEqual(['0 B', '1023 B', '1.5 KiB', '10.0 GiB']);
  expect([0, 0.014, 0.5, 1].map(formatPercent)).toEqual(['0 %', '1.4 %', '50 %', '100 %']);
});

describe('times', () => {
  test('durations use the two units that matter', () => {
    expect([400, 12_000, 59_600, 200_000, 7_500_000, 273_600_000].map(formatDuration)).toEqual([
      '0.4 s',
      '12 s',
      '1 min 00 s',
      '3 min 20 s',
      '2 h 05 min',
      '3 d 4 h',
    ]);
  });

  test('a clock that is a little ahead does not show the future', () => {
    expect(formatAgo(1_000_500, 1_000_000)).toBe('just now');
  });

  test('a clock names the day only where it is another one', () => {
    const now = new Date(2026, 10, 24, 22, 5).getTime();
    expect(formatClock(now + 3_600_000, now)).toBe('23:05');
    expect(formatClock(now + 7_200_000, now)).toBe('2026-11-25 00:05');
  });

  test('what is left follows the pace so far, and is unknown before there is one', () => {
    expect(etaMs({ ended: 2, total: 6, createdMs: 0, nowMs: 1_000 })).toBe(2_000);
    expect(etaMs({ ended: 0, total: 6, createdMs: 0, nowMs: 1_000 })).toBeNull();
    expect(etaMs({ ended: 6, total: 6, createdMs: 0, nowMs: 1_000 })).toBeNull();
  });
});
