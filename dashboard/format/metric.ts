/** How a series is called on screen, and in what unit. */

const PARTS: Record<string, string> = { valid: 'validation', train: 'training', test: 'test' };

/** In their plots, whose titles say of what. */
const DIAGNOSTICS: Record<string, string> = {
  ce_fp: 'False positives',
  ce_tp: 'True positives',
  epsilon: 'ε(t)',
  drop_precision: 'T-CE',
  drop_random: 'Dropping at random',
  drop_recall: 'T-CE',
  drop_share: 'Dropping as many at random',
  weight_p10: '10 % quantile',
  weight_p50: 'Median',
  weight_p90: '90 % quantile',
};

/** `valid/recall@50` is "Recall@50 (validation)". */
export function metricTitle(metric: string): string {
  const [part = '', measure = ''] = metric.split('/');
  if (part === 'diag') return DIAGNOSTICS[measure] ?? measure;
  return `${measureTitle(measure)} (${PARTS[part] ?? part})`;
}

/** `recall@50` is "Recall@50". */
export function measureTitle(measure: string): string {
  if (measure.startsWith('recall@')) return measure.replace('recall', 'Recall');
  if (measure.startsWith('ndcg@')) return measure.replace('ndcg', 'NDCG');
  if (measure === 'loss') return 'Loss';
  if (measure === 'drop_rate') return 'Drop rate';
  if (measure === 'dropped') return 'Dropped interactions';
  return DIAGNOSTICS[measure] ?? measure;
}

/** What its numbers count. */
export function metricUnit(metric: string): string {
  const measure = metric.split('/')[1] ?? '';
  if (measure.startsWith('recall@')) return 'share of true items found, 0 to 1';
  if (measure.startsWith('ndcg@')) return 'normalised gain, 0 to 1';
  if (metric === 'train/loss') return 'mean over the kept samples';
  if (measure === 'loss') return 'binary cross-entropy, summed over batches of 1,024';
  if (measure === 'drop_rate' || measure === 'epsilon') return 'share of the batch dropped, 0 to 1';
  if (measure.startsWith('ce_')) return 'mean cross-entropy of training interactions';
  if (measure === 'drop_precision' || measure === 'drop_random') return 'share of the dropped, 0 to 1';
  if (measure === 'drop_recall' || measure === 'drop_share') return 'share of the false positives, 0 to 1';
  if (measure.startsWith('weight_')) return 'weight of training interactions, 0 to 1';
  return 'count';
}
