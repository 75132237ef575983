/** Test metrics by user group. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { expect, test } from 'vitest';
import { groupMeasures, groupsOf } from './groups';

const trial = {
  test: [
    { metric: 'test/recall@50', value: 0.9 },
    { metric: 'test/ndcg@50/g1', value: 0.3 },
    { metric: 'test/recall@100/g1', value: 0.4 },
    { metric: 'test/recall@50/g2', value: 0.2 },
    { metric: 'test/recall@50/g1', value: 0.1 },
    { metric: 'test/recall@50/g3', value: undefined },
  ],
} as TrialSummary;

test('groups come from the least to the most active, without those that have no users', () => {
  expect(groupsOf(trial, 'recall@50')).toEqual([
    { group: 1, value: 0.1 },
    { group: 2, value: 0.2 },
  ]);
});

test('recall comes before NDCG, and a smaller K before a larger one', () => {
  expect(groupMeasures([trial])).toEqual(['recall@50', 'recall@100', 'ndcg@50']);
});
