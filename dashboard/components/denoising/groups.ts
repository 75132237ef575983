/** Test metrics by user group, out of a trial's row. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';

const GROUPED = /^test\/((?:recall|ndcg)@\d+)\/g([1-4])$/;

/** From 1, least active users first. */
export type GroupValue = { group: number; value: number };

export function groupsOf(trial: TrialSummary, measure: string): GroupValue[] {
  return trial.test
    .flatMap(({ metric, value }) => {
      const [, of, group] = GROUPED.exec(metric) ?? [];
      return of === measure && value !== undefined ? [{ group: Number(group), value }] : [];
    })
    .sort((a, b) => a.group - b.group);
}

/** Recall before NDCG, by K. */
export function groupMeasures(trials: readonly TrialSummary[]): string[] {
  const names = trials.flatMap(({ test }) => test.flatMap(({ metric }) => GROUPED.exec(metric)?.[1] ?? []));
  const isRecall = (name: string) => Number(name.startsWith('recall'));
  return [...new Set(names)].sort(
    (a, b) => isRecall(b) - isRecall(a) || a.localeCompare(b, 'en', { numeric: true }),
  );
}
