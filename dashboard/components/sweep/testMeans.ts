/** Test metrics of a configuration: means over the seeds that have been tested. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';

/** Recalls over all users only: they are what a card has room for. */
export function testMeans(trials: readonly TrialSummary[]): { measure: string; mean: number }[] {
  const values = new Map<string, number[]>();
  for (const { metric, value } of trials.flatMap((trial) => trial.test)) {
    if (value === undefined || !/^test\/recall@\d+$/.test(metric)) continue;
    const measure = metric.slice('test/'.length);
    values.set(measure, [...(values.get(measure) ?? []), value]);
  }
  return [...values].map(([measure, list]) => ({
    measure,
    mean: list.reduce((sum, value) => sum + value, 0) / list.length,
  }));
}
