/** The ladder of early stopping, out of the search log. */
import type { SearchEntry } from '@adt/proto/gen/adt/v1/log';
import { describe, expect, test } from 'vitest';
import { ladderOf } from './judged';
import { judgedOf } from './judgedLog';

function entry(number: number, body: Record<string, unknown>, loss = 'CE'): SearchEntry {
  return {
    number,
    createdMs: 0,
    kind: String(body.kind),
    dataset: 'd',
    model: 'GMF',
    loss,
    what: '',
    reason: '',
    entry: JSON.stringify(body),
    hash: '',
  };
}

function judged(number: number, trial: number, step: number, value: number | null, prune: boolean) {
  return entry(number, { kind: 'judged', trial, step, bracket: 0, value, prune, reason: 'r' });
}

describe('the ladder', () => {
  test('takes only judgements out of the log', () => {
    const told = entry(1, { kind: 'told', trial: 1, outcome: 'done', value: 1, step: null });
    expect(judgedOf([told, judged(2, 1, 100, 0.5, false)])).toEqual([
      {
        dataset: 'd',
        model: 'GMF',
        loss: 'CE',
        trial: 1,
        step: 100,
        bracket: 0,
        value: 0.5,
        prune: false,
        reason: 'r',
      },
    ]);
  });

  test('counts who went on at each rung, and says the worst value that did', () => {
    const log = judgedOf([
      judged(1, 1, 100, 0.5, false),
      judged(2, 2, 100, 0.4, true),
      judged(3, 3, 100, 0.6, false),
      judged(4, 1, 300, 0.7, true),
    ]);
    const summary = (maximize: boolean) =>
      ladderOf(log, maximize).map(({ step, judged: all, kept, cut }) => [step, all.length, kept, cut]);
    expect(summary(true)).toEqual([
      [100, 3, 2, 0.5],
      [300, 1, 0, null],
    ]);
    expect(summary(false)[0]).toEqual([100, 3, 2, 0.6]);
  });

  test('takes the last word on a trial that was judged twice', () => {
    const log = judgedOf([judged(1, 1, 100, 0.5, false), judged(2, 1, 100, 0.5, true)]);
    expect(ladderOf(log, true)[0]).toMatchObject({ kept: 0, judged: [{ prune: true }] });
  });
});
