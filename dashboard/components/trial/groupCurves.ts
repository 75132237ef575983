/** Which curves share a plot: those of one measure, whatever their K or part. Pure. */
import type { LiveCurve } from '../../live/state';

export type CurveGroup = { title: string; curves: LiveCurve[] };

const ORDER = ['Recall', 'NDCG', 'Loss', 'Drop rate', 'Dropped interactions'];

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
  if (measure === 'drop_rate') return 'Drop rate';
  if (measure === 'dropped') return 'Dropped interactions';
  return measure === 'loss' ? 'Loss' : measure;
}

function byObjective(a: LiveCurve, b: LiveCurve, objective: string): number {
  const isObjective = Number(b.metric === objective) - Number(a.metric === objective);
  return isObjective || a.metric.localeCompare(b.metric, 'en', { numeric: true });
}
