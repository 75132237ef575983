import { keyOf, uniform } from '@adt/coordinator/search/philox';
import { describe, expect, test } from 'vitest';
import type { CurveTable, PrunedLoss } from './candidates.js';
import { benchReachingRandom } from './reachingRandom.js';

const STEPS = Array.from({ length: 27 }, (_, index) => 100 * (index + 1));
const TOTAL = 2700;
const LR = Array.from({ length: 150 }, (_, index) => (index + 1) / 1000);

/** How good a learning rate is: best at 0.05, and a little luck. */
const limitOf = (lr: number) =>
  1 - Math.abs(lr - 0.05) * 10 - uniform([Math.round(lr * 1000), 0, 0, 0], keyOf('luck')) / 100;

const tableOf = (laws: Partial<Record<PrunedLoss, (limit: number, step: number) => number>>): CurveTable => ({
  settings: { epochs: 27, evalEvery: 100 },
  steps: STEPS,
  trials: (loss) => {
    const law = laws[loss];
    if (law === undefined) return [];
    return LR.map((lr) => ({ assignment: { lr }, curve: STEPS.map((step) => law(limitOf(lr), step)) }));
  },
  parameters: () => [{ name: 'lr', domain: { kind: 'choice', values: LR, probabilities: null }, when: [] }],
});

/** The better is ahead from the start; the better is behind until the middle. */
const parallel = (limit: number, step: number) => limit * (1 - (step / 100) ** -0.5 / 2);
const crossing = (limit: number, step: number) => limit * (step - TOTAL / 2);
/** The better is behind until iteration 800, but rises faster all the time. */
const rising = (limit: number, step: number) => 5 + limit * Math.log2(step / 800);

describe('the bench of reaching what random search has', () => {
  const table = tableOf({ CE: parallel, 'R-CE': crossing });
  const rows = [
    ...benchReachingRandom(table),
    ...benchReachingRandom(tableOf({ CE: parallel }), { seeds: 8, order: 'tpe' }),
  ];
  const of = (loss: string, search: string) => {
    const row = rows.find((one) => one.loss === loss && one.search === search);
    if (row === undefined) throw new Error(`no row ${loss} ${search}`);
    return row;
  };

  test('has random search itself reach its best where its order has it: anywhere within its budget', () => {
    const random = of('CE', 'random');
    expect(random).toMatchObject({ random: '50 of 150', reached: 1 });
    expect(random.mean).toBeGreaterThan(0.4);
    expect(random.mean).toBeLessThan(0.7);
  });

  test('finds ASHA there after less than a third of the iterations where early values tell', () => {
    expect(of('CE', 'asha').mean).toBeLessThan(1 / 3);
    expect(of('CE', 'asha').reached).toBe(1);
    expect(of('CE', 'tpe with asha').mean).toBeLessThan(1 / 3);
  });

  test('finds out what is left to gain: one that knows the ends is no worse where curves cross', () => {
    const oracle = of('R-CE', 'asha from a fifth, knowing the ends');
    expect(oracle.mean).toBeLessThan(of('R-CE', 'asha, from a fifth').mean);
    expect(oracle.mean).toBeLessThan(1 / 2);
  });

  test('has ASHA that counts the gain see a crossing that comes soon after its first rung', () => {
    const late = benchReachingRandom(tableOf({ CE: rising }), { seeds: 10 });
    const meanOf = (search: string) => late.find((row) => row.search === search)?.mean;
    expect(meanOf('asha, with gain')).toBeLessThan(0.45);
    expect(meanOf('asha, from a fifth')).toBeGreaterThan(1 / 2);
    expect(of('CE', 'asha, with gain').mean).toBeLessThan(of('CE', 'random').mean);
  });

  test('leaves out TPE where only some of the space was recorded', () => {
    const whole = tableOf({ CE: parallel });
    const part = { ...whole, trials: (loss: PrunedLoss) => whole.trials(loss).slice(0, 90) };
    expect(benchReachingRandom(part, { seeds: 2, order: 'tpe' })).toEqual([]);
    expect(benchReachingRandom(part, { seeds: 2 }).map(({ search }) => search)).not.toContain('tpe');
  });

  test('counts a miss as all of the budget: where early values mislead ASHA is worse than random', () => {
    const asha = of('R-CE', 'asha');
    expect(asha.mean).toBeGreaterThan(of('R-CE', 'random').mean);
    expect(asha.mean).toBeLessThanOrEqual(1);
    expect(asha.reached).toBeLessThan(0.5);
    expect(asha.median).toBe(1);
  });

  test('gives TPE its results as they come in: without pruning it is ahead of random on a smooth space', () => {
    expect(of('CE', 'tpe').mean).toBeLessThan(of('CE', 'random').mean);
  });

  test('knows what no search can do without: the quickest training alone', () => {
    for (const { mean, atLeast } of rows) {
      expect(atLeast).toBeGreaterThan(0);
      expect(atLeast).toBeLessThanOrEqual(mean);
    }
    // Where curves cross at half of the training, none is any good before.
    expect(of('R-CE', 'random').atLeast).toBeGreaterThan(1 / 2 / 50);
    expect(of('R-CE', 'random').atLeast).toBeLessThanOrEqual(1 / 50);
  });

  test('has a value within 1 % no later, and no less often', () => {
    for (const { mean, meanNear, reached, reachedNear } of rows) {
      expect(meanNear).toBeLessThanOrEqual(mean);
      expect(reachedNear).toBeGreaterThanOrEqual(reached);
    }
    expect(of('CE', 'random').meanNear).toBeLessThan(of('CE', 'random').mean);
  });

  test('says whether it could be chance: not where early values tell, and of random itself nothing', () => {
    expect(of('CE', 'asha').p).toBeLessThan(0.01);
    expect(of('CE', 'random')).toMatchObject({ p: null, pNear: null });
  });

  test('adds up the iterations of the strata, and calls reached what all have reached', () => {
    for (const search of ['random', 'median', 'asha', 'asha, with gain']) {
      const [ce, rce, all] = ['CE', 'R-CE', 'all'].map((loss) => of(loss, search));
      expect(all?.random).toBe('100 of 300');
      expect(all?.mean).toBeCloseTo(((ce?.mean ?? 0) + (rce?.mean ?? 0)) / 2, 2);
      expect(all?.reached).toBeLessThanOrEqual(Math.min(ce?.reached ?? 0, rce?.reached ?? 0));
    }
  });
});
