/** The list shows what was asked for, and its address says so. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { expect, test } from 'vitest';
import { filterFrom, matches, queryOf } from './sweepFilter';

const SWEEP = {
  sweepId: 12,
  name: 'First Look',
  owner: '',
  state: 'SWEEP_STATE_RUNNING',
  paused: false,
  datasets: ['adressa'],
  models: ['NeuMF'],
  losses: ['T-CE'],
} as unknown as SweepSummary;

test('every word must occur somewhere, in any case', () => {
  for (const text of ['', 'look', 'neumf adressa', '#12', ' t-ce '])
    expect(matches(SWEEP, { text, state: null }), text).toBe(true);
  for (const text of ['look cdae', 'yelp', '#123'])
    expect(matches(SWEEP, { text, state: null }), text).toBe(false);
});

test('a paused sweep is paused and not running', () => {
  const paused = { ...SWEEP, paused: true };
  expect(matches(SWEEP, { text: '', state: 'RUNNING' })).toBe(true);
  expect(matches(paused, { text: '', state: 'RUNNING' })).toBe(false);
  expect(matches(paused, { text: 'look', state: 'PAUSED' })).toBe(true);
});

test('an address brings the same filter back, and nonsense in it filters nothing', () => {
  const filter = { text: 'a b', state: 'FINISHED' } as const;
  expect(filterFrom(new URLSearchParams(queryOf(filter)))).toEqual(filter);
  expect(filterFrom(new URLSearchParams('state=nonsense'))).toEqual({ text: '', state: null });
  expect(queryOf({ text: '', state: null })).toBe('');
});
