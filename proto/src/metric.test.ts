import { describe, expect, it } from 'vitest';
import { DIAGNOSTICS, metricName } from './metric.js';
import { isMaximized } from './metricGoal.js';

const isName = (name: string) => metricName.safeParse(name).success;

describe('a metric name', () => {
  it('is a part and a measure, a diagnostic, or a test measure of a user group', () => {
    const names = ['train/loss', 'valid/recall@50', 'test/ndcg@1000', 'train/drop_rate', 'test/recall@3/g4'];
    for (const name of [...names, ...Object.keys(DIAGNOSTICS)]) expect(isName(name), name).toBe(true);
  });

  it('is nothing else', () => {
    const others = ['valid/recall', 'valid/recall@0', 'valid/recall@3/g1', 'test/recall@3/g5', 'diag/loss'];
    for (const name of [...others, 'diag/ce_fp/g1', 'xdiag/ce_fp', 'diag/ce_fpx'])
      expect(isName(name), name).toBe(false);
  });

  it('says whether more is better', () => {
    expect(['valid/ndcg@20', 'diag/drop_precision', 'test/recall@3/g1'].every(isMaximized)).toBe(true);
    expect(['valid/loss', 'train/loss', 'diag/ce_fp', 'diag/ce_tp'].some(isMaximized)).toBe(false);
  });
});
