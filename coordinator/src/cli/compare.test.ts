import { ComparedSweep } from '@adt/proto/gen/adt/v1/results';
import { describe, expect, it } from 'vitest';
import { compareArms } from '../search/verdict/compareArms.js';
import { EXAMPLE } from '../search/verdict/exampleArms.js';
import { remarksOf } from './compare.js';

const verdicts = compareArms(EXAMPLE);
const sweep = (more: Partial<ComparedSweep> = {}) =>
  ComparedSweep.fromPartial({
    sweepId: 3,
    name: 'night',
    confirms: true,
    metrics: ['valid/recall@3'],
    ...more,
  });
const remarks = (more: Partial<ComparedSweep>, metric = '') =>
  remarksOf({ sweeps: [sweep(more)] }, verdicts, metric);

describe('what is said beside the verdicts', () => {
  it('is nothing for a sweep that is done and confirmed', () => {
    expect(remarks({})).toEqual([]);
    expect(remarks({}, 'test/recall@3')).toEqual([]);
  });

  it('is how far the confirmation of a running sweep is, and which strata have none', () => {
    const unconfirmed = [{ dataset: 'adressa', model: 'GMF', loss: 'T-CE', reason: 'its search goes on' }];
    expect(remarks({ running: true, confirmationEnded: 4, confirmationTrials: 10, unconfirmed })).toEqual([
      'sweep 3 (night) is running: 4 of 10 confirmation runs so far have ended',
      'sweep 3 (night): adressa, GMF, T-CE is not confirmed: its search goes on',
    ]);
  });

  it('is that another metric decides than the one that chose', () => {
    expect(remarks({}, 'test/ndcg@3')).toEqual([
      'note: configurations and checkpoints were chosen by valid/recall@3, not by test/ndcg@3',
    ]);
  });

  it('is what adds confirmation, and that there is no verdict', () => {
    const reply = { sweeps: [sweep({ confirms: false, advice: 'seeds:\n  search: [1]' })] };
    expect(remarksOf(reply, { cells: [] }, '').slice(-2)).toEqual([
      'seeds:\n  search: [1]',
      'adt: nothing to compare: no stratum has a confirmed configuration',
    ]);
  });
});
