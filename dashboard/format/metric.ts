/** How a series is called on screen, and in what unit. */

const PARTS: Record<string, string> = { valid: 'validation', train: 'training', test: 'test' };

/** `valid/recall@50` is "Recall@50 (validation)". */
export function metricTitle(metric: string): string {
  const [part = '', measure = ''] = metric.split('/');
  return `${measureTitle(measure)} (${PARTS[part] ?? part})`;
}

/** `recall@50` is "Recall@50". */
export function measureTitle(measure: string): string {
  if (measure.startsWith('recall@')) return measure.replace('recall', 'Recall');
  if (measure.startsWith('ndcg@')) return measure.replace('ndcg', 'NDCG');
  if (measure === 'loss') return 'Loss';
  if (measure === 'drop_rate') return 'Drop rate';
  if (measure === 'dropped') return 'Dropped interactions';
  return measure;
}

/** What its numbers count. */
export function metricUnit(metric: string): string {
  const measure = metric.split('/')[1] ?? '';
  if (measure.startsWith('recall@')) return 'share of true items found, 0 to 1';
  if (measure.startsWith('ndcg@')) return 'normalised gain, 0 to 1';
  if (metric === 'train/loss') return 'mean over the kept samples';
  if (measure === 'loss') return 'binary cross-entropy, summed over batches of 1,024';
  if (measure === 'drop_rate') return 'share of positives dropped, 0 to 1';
  return 'count';
}
