/** Which curves share a plot: those of one measure and one unit, whatever their K. Pure. */
import { metricTitle } from '../../format/metric';
import type { LiveCurve } from '../../live/state';

export type CurveGroup = { title: string; curves: LiveCurve[] };

const ORDER = [
  'Recall',
  'NDCG',
  'Loss (training)',
  'Loss (validation)',
  'Denoising: loss of false and true positives',
  'Denoising: false positives among the dropped',
  'Denoising: false positives that are dropped',
  'Denoising: weights',
  'Drop rate',
  'Dropped interactions',
];

/** The group of the objective comes first, and the objective first within it. */
export function groupCurves(curves: readonly LiveCurve[], objective: string): CurveGroup[] {
  const groups = new Map<string, LiveCurve[]>();
  for (const curve of curves) {
    const title = titleOf(curve.metric);
    groups.set(title, [...(groups.get(title) ?? []), curve]);
  }
  const first = titleOf(objective);
  const place = (title: string) => (title === first ? -1 : ORDER.indexOf(title));
  return [...groups]
    .map(([title, members]) => ({ title, curves: members.sort((a, b) => byObjective(a, b, objective)) }))
    .sort((a, b) => place(a.title) - place(b.title));
}

function titleOf(metric: string): string {
  const measure = metric.split('/')[1] ?? metric;
  if (measure.startsWith('recall@')) return 'Recall';
  if (measure.startsWith('ndcg@')) return 'NDCG';
  if (measure === 'drop_rate' || measure === 'epsilon') return 'Drop rate';
  if (measure.startsWith('ce_')) return 'Denoising: loss of false and true positives';
  if (measure === 'drop_precision' || measure === 'drop_random')
    return 'Denoising: false positives among the dropped';
  if (measure === 'drop_recall' || measure === 'drop_share')
    return 'Denoising: false positives that are dropped';
  if (measure.startsWith('weight_')) return 'Denoising: weights';
  if (measure === 'dropped') return 'Dropped interactions';
  // The training's loss is a mean, the validation's a sum: on one axis one of them would lie flat.
  return measure === 'loss' ? metricTitle(metric) : measure;
}

function byObjective(a: LiveCurve, b: LiveCurve, objective: string): number {
  const isObjective = Number(b.metric === objective) - Number(a.metric === objective);
  return isObjective || a.metric.localeCompare(b.metric, 'en', { numeric: true });
}
