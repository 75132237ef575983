/** Names of metric series: `<part>/<measure>[@K]`. */
import { z } from 'zod';

const PATTERN = /^(train|valid|test)\/(loss|recall@[1-9]\d{0,3}|ndcg@[1-9]\d{0,3}|drop_rate|dropped)$/;

/** A series that a training reports, say `train/loss`, `valid/recall@50`. */
export const metricName = z
  .string()
  .regex(PATTERN, 'must be like valid/recall@50, valid/ndcg@20 or valid/loss');

/** Whether more is better: true for everything but losses. */
export function isMaximized(metric: string): boolean {
  return !metric.endsWith('/loss');
}
