/** Names of metric series: `<part>/<measure>[@K]`, and of what a result holds beside them. */
import { z } from 'zod';
import { GAP_METRIC } from './metricGap.js';

/**
 * What a training finds out about its own denoising, over the positives of the batches since the last evaluation.
 * A series has no point where its question makes no sense: precision when nothing was dropped, `ce_fp` without flags.
 */
export const DIAGNOSTICS = {
  'diag/ce_fp': 'mean CE of training positives that are known to be false',
  'diag/ce_tp': 'mean CE of training positives that are known to be true',
  'diag/epsilon': 'T-CE: ε(t), the share of a batch to drop at this iteration',
  'diag/drop_share':
    'T-CE: share of the positives that was dropped, which is the recall of dropping at random',
  'diag/drop_recall': 'T-CE: share of the false positives that was dropped',
  'diag/drop_precision': 'T-CE: share of false positives among the dropped',
  'diag/drop_random':
    'T-CE: share of false positives among the positives: the precision of dropping at random',
  'diag/weight_p10': 'R-CE: 10 % of the positives have at most this weight',
  'diag/weight_p50': 'R-CE: half of the positives have at most this weight',
  'diag/weight_p90': 'R-CE: 90 % of the positives have at most this weight',
} as const;
export type Diagnostic = keyof typeof DIAGNOSTICS;

const MEASURE = '(recall|ndcg)@[1-9]\\d{0,3}';
const PATTERN = new RegExp(
  [
    `^(train|valid|test)/(loss|${MEASURE}|drop_rate|dropped)$`,
    `^test/${MEASURE}/g[1-4]$`,
    `^(${Object.keys(DIAGNOSTICS).join('|')})$`,
    `^${GAP_METRIC}$`,
  ].join('|'),
);

/** A series that a training reports, say `train/loss`, `valid/recall@50`, `diag/ce_fp`, `test/ndcg@20/g1`. */
export const metricName = z
  .string()
  .regex(PATTERN, 'must be like valid/recall@50, valid/ndcg@20 or valid/loss');
