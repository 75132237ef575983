/** Which curves share a plot. */
import { expect, test } from 'vitest';
import { groupCurves } from './groupCurves';

test('curves of one measure share a plot, the objective first', () => {
  const metrics = [
    'valid/loss',
    'train/drop_rate',
    'valid/ndcg@100',
    'valid/ndcg@50',
    'train/loss',
    'valid/recall@50',
  ];
  const curves = metrics.map((metric) => ({ trialId: 1, epoch: 1, metric, steps: [], values: [] }));
  const groups = groupCurves(curves, 'valid/ndcg@100').map(({ title, curves: members }) => [
    title,
    members.map(({ metric }) => metric),
  ]);
  expect(groups).toEqual([
    ['NDCG', ['valid/ndcg@100', 'valid/ndcg@50']],
    ['Recall', ['valid/recall@50']],
    ['Loss (training)', ['train/loss']],
    ['Loss (validation)', ['valid/loss']],
    ['Drop rate', ['train/drop_rate']],
  ]);
});
