/** Where an axis has its numbers. */
import { describe, expect, test } from 'vitest';
import { ticksOf } from './ticks';

describe('ticksOf', () => {
  test('takes round numbers inside the range', () => {
    expect(ticksOf(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf(-3, 12, 4)).toEqual([0, 5, 10]);
    expect(ticksOf(0.101, 0.139, 4)).toEqual([0.11, 0.12, 0.13]);
  });

  test('has one tick where nothing varies', () => {
    expect(ticksOf(7, 7, 5)).toEqual([7]);
  });
});
