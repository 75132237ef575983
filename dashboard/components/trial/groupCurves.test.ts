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
    'diag/epsilon',
    'diag/drop_share',
    'diag/drop_recall',
    'diag/drop_random',
    'diag/drop_precision',
    'diag/ce_tp',
    'diag/ce_fp',
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
    ['Denoising: loss of false and true positives', ['diag/ce_fp', 'diag/ce_tp']],
    ['Denoising: false positives among the dropped', ['diag/drop_precision', 'diag/drop_random']],
    ['Denoising: false positives that are dropped', ['diag/drop_recall', 'diag/drop_share']],
    ['Drop rate', ['diag/epsilon', 'train/drop_rate']],
  ]);
});
