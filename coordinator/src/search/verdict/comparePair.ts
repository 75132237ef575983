/** Two arms of one cell, seed by seed; the verdict waits for the family (compareArms.ts). */
import { isMaximized } from '@adt/proto/metricGoal';
import { type Spread, spreadOf } from '../spread.js';
import type { Arm, Difference, MetricComparison, PairVerdict } from './comparison.js';
import { effectSize } from './effectSize.js';
import { MIN_PAIRS } from './judge.js';
import { differencesOf, type Interval, type PairedT, pairedT } from './pairedT.js';
import { pairUp } from './pairing.js';
import { relativeImprovement } from './relativeImprovement.js';
import { signFlipTest } from './signFlip.js';

/** Arms whose trials differ by more were not tuned alike. */
export const UNEVEN_TRIALS = 1.25;

/** What the paper averages: ranking measures over all users, not their groups, nor losses. */
const RANKING = /^test\/(recall|ndcg)@\d+$/;

export type UnjudgedPair = Omit<PairVerdict, 'verdict' | 'adjustedP' | 'moreSeeds'>;

export function comparePair(loss: Arm, reference: Arm, metric: string): UnjudgedPair {
  const { seeds, first, second, unpaired } = pairUp(loss, reference, metric);
  const paired = seeds.length === 0 ? null : pairedT(first, second);
  const metrics = compareMetrics(loss, reference, seeds);
  return {
    loss: loss.loss,
    reference: reference.loss,
    seeds,
    unpaired,
    difference: paired === null ? null : differenceOf(paired, spreadOf(second) as Spread),
    tTest: testOf(paired),
    signFlip: paired === null ? null : signFlipTest(differencesOf(first, second)),
    effect: paired === null ? null : effectSize(paired),
    tuning: loss.tuning,
    referenceTuning: reference.tuning,
    tunedUnevenly: unevenly(loss.tuning.trials, reference.tuning.trials),
    relativeImprovement: improvementOver(metrics),
    metrics,
  };
}

/** Whether there are pairs enough for a test to mean something. */
export function isTestable({ seeds }: Pick<PairVerdict, 'seeds'>): boolean {
  return seeds.length >= MIN_PAIRS;
}

/** loss − reference turned so that more is better; null without a common seed. */
export function improvementOf({ difference }: UnjudgedPair, metric: string): number | null {
  if (difference === null) return null;
  return isMaximized(metric) ? difference.mean : -difference.mean;
}

function differenceOf({ mean, sd, interval }: PairedT, reference: Spread): Difference {
  const share = (value: number) => value / Math.abs(reference.mean);
  const known = reference.mean !== 0;
  return {
    mean,
    sd,
    interval,
    relative: known ? share(mean) : null,
    relativeInterval: known && interval !== null ? mapInterval(interval, share) : null,
  };
}

function mapInterval({ low, high }: Interval, map: (value: number) => number): Interval {
  return { low: map(low), high: map(high) };
}

function testOf(paired: PairedT | null): PairVerdict['tTest'] {
  if (paired === null) return null;
  const { t, df, p } = paired;
  return t === null || df === null || p === null ? null : { t, df, p };
}

function unevenly(a: number, b: number): boolean {
  return Math.max(a, b) > UNEVEN_TRIALS * Math.min(a, b);
}

/** A metric that any common seed lacks on either side is left out: its means would be over other seeds. */
function compareMetrics(loss: Arm, reference: Arm, seeds: readonly number[]): MetricComparison[] {
  return testMetricsOf([loss, reference]).flatMap((metric) => {
    const pairing = pairUp(loss, reference, metric);
    const own = spreadOf(onSeeds(pairing.seeds, pairing.first, seeds));
    const other = spreadOf(onSeeds(pairing.seeds, pairing.second, seeds));
    if (own === null || other === null || own.n < seeds.length) return [];
    const relative = other.mean === 0 ? null : (own.mean - other.mean) / Math.abs(other.mean);
    return [{ metric, loss: own, reference: other, relative }];
  });
}

function onSeeds(seeds: readonly number[], values: readonly number[], wanted: readonly number[]): number[] {
  return values.filter((_, at) => wanted.includes(seeds[at] as number));
}

function improvementOver(metrics: readonly MetricComparison[]): number | null {
  const ranking = metrics.filter(({ metric }) => RANKING.test(metric));
  return relativeImprovement(ranking.map((one) => ({ mean: one.loss.mean, reference: one.reference.mean })));
}

/** Every `test/…` name that a run of these arms has, in the order of first sight. */
export function testMetricsOf(arms: readonly Arm[]): string[] {
  const names = arms.flatMap(({ runs }) => runs.flatMap(({ metrics }) => Object.keys(metrics)));
  return [...new Set(names)].filter((name) => name.startsWith('test/'));
}
