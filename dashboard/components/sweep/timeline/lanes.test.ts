/** Attempts on the timeline. */
import type { SweepAttempt } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, test } from 'vitest';
import { timelineOf } from './lanes';

function attempt(number: number, startedMs: number, endedMs?: number, workerId = 'w1'): SweepAttempt {
  return { trialId: number, number, loss: 'CE', epoch: 1, workerId, startedMs, endedMs, outcome: '' };
}

describe('the timeline', () => {
  test('gives a lane to each of those that ran at the same time, and reuses what is free', () => {
    const line = timelineOf([attempt(3, 20, 30), attempt(2, 5, 40), attempt(1, 0, 20)], 100);
    expect(line?.rows[0]?.lanes).toBe(2);
    expect(line?.rows[0]?.attempts.map(({ number, lane }) => [number, lane])).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ]);
  });

  test('has a row a worker, in the order of their names', () => {
    const line = timelineOf([attempt(1, 0, 1, 'w10'), attempt(2, 0, 1, 'w2')], 100);
    expect(line?.rows.map(({ workerId }) => workerId)).toEqual(['w2', 'w10']);
  });

  test('draws an open attempt until now, and never backwards', () => {
    expect(timelineOf([attempt(1, 10)], 90)).toMatchObject({ fromMs: 10, toMs: 90 });
    expect(timelineOf([attempt(1, 10)], 5)).toMatchObject({ fromMs: 10, toMs: 11 });
  });

  test('is nothing before the first attempt', () => {
    expect(timelineOf([], 5)).toBeNull();
  });
});
