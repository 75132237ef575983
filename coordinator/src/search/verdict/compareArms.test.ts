import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareArms } from './compareArms.js';
import type { Arm, Comparison, PairVerdict, Verdict } from './comparison.js';
import { ADRESSA, AWKWARD, armOf, EXAMPLE } from './exampleArms.js';

function pairOf({ cells }: Comparison, loss: string, reference: string, cell = 0): PairVerdict {
  const found = cells[cell]?.pairs.find((pair) => pair.loss === loss && pair.reference === reference);
  if (!found) throw new Error(`no pair ${loss}, ${reference}`);
  return found;
}

describe('a comparison', () => {
  const comparison = compareArms(EXAMPLE);

  it('has a cell for each data set and model, and one family of all pairs', () => {
    expect(comparison.cells.map(({ dataset, model, metric }) => [dataset, model, metric])).toEqual([
      ['adressa', 'GMF', 'test/recall@3'],
      [AWKWARD.dataset, AWKWARD.model, 'test/recall@3'],
    ]);
    expect([comparison.family, comparison.alpha]).toEqual([4, 0.05]);
  });

  it('finds what holds on every seed, with both tests and the corrected p', () => {
    const pair = pairOf(comparison, 'T-CE', 'CE');
    expect(pair.verdict).toBe('better');
    // Ten differences of one sign: 2/2¹⁰, times the four comparisons.
    expect(pair.signFlip).toEqual({ p: 2 / 1024, method: 'exact', count: 1024 });
    expect(pair.adjustedP).toBeCloseTo(8 / 1024, 15);
    // By hand: mean 0.00285, Σ(d − mean)² = 1.425e-6, sd = √(1.425e-6 / 9), t = mean / (sd / √10).
    expect(pair.difference?.mean).toBeCloseTo(0.00285, 12);
    expect(pair.difference?.sd).toBeCloseTo(Math.sqrt(1.425e-6 / 9), 12);
    expect(pair.tTest?.t).toBeCloseTo(22.65, 2);
    expect(pair.tTest?.df).toBe(9);
    // 2.262157 · sd / √10 = 0.000284650: 3.2386 % ± 0.3235 % of CE's 0.088.
    expect(pair.difference?.relative).toBeCloseTo(0.00285 / 0.088, 12);
    expect(pair.difference?.relativeInterval?.low).toBeCloseTo((0.00285 - 0.00028465) / 0.088, 7);
    expect(pair.difference?.relativeInterval?.high).toBeCloseTo((0.00285 + 0.00028465) / 0.088, 7);
    expect(pair.effect?.dz).toBeCloseTo(22.65 / Math.sqrt(10), 2);
    expect(pair.moreSeeds).toBe(0);
  });

  it('says where a difference is not shown, and how many seeds its size would take', () => {
    const pair = pairOf(comparison, 'R-CE', 'CE');
    expect(pair.verdict).toBe('inconclusive');
    expect(pair.adjustedP).toBe(1);
    expect(pair.moreSeeds).toBeGreaterThan(10);
  });

  it('tells tuning effort beside each verdict and flags what differs', () => {
    expect(pairOf(comparison, 'T-CE', 'R-CE').tunedUnevenly).toBe(false);
    expect(pairOf(comparison, 'T-CE', 'CE')).toMatchObject({
      tuning: { trials: 30 },
      referenceTuning: { trials: 1 },
      tunedUnevenly: true,
    });
    // 30 to 24 is 1.25 exactly, which is not more.
    expect(pairOf(comparison, 'T-CE', 'CE', 1).tunedUnevenly).toBe(false);
  });

  it('pairs only what both finished, names what is unpaired, and asks for the seeds that four comparisons need', () => {
    const pair = pairOf(comparison, 'T-CE', 'CE', 1);
    expect(pair.seeds).toEqual([2019, 2020, 2021, 2022, 2023]);
    expect(pair.unpaired).toEqual([{ loss: 'T-CE', seed: 2024, reason: 'failed: NON_FINITE' }]);
    // 4 · 2/2⁸ is the first below 0.05: eight pairs, five are there.
    expect(pair).toMatchObject({ verdict: 'too few seeds', adjustedP: null, moreSeeds: 3 });
    expect(pair.signFlip?.p).toBe(0.0625);
  });

  it('lists all test metrics of both arms over the common seeds, and their RI', () => {
    const pair = pairOf(comparison, 'T-CE', 'CE');
    expect(pair.metrics.map(({ metric }) => metric)).toEqual(['test/recall@3', 'test/ndcg@3']);
    expect(pair.metrics[0]?.reference.mean).toBeCloseTo(0.088, 12);
    expect(pair.relativeImprovement).toBeCloseTo((0.00285 / 0.088 + 0.00285 / 0.078) / 2, 12);
    expect(pairOf(comparison, 'T-CE', 'CE', 1).metrics[0]?.reference.n).toBe(5);
  });

  it('leaves out a metric that a common seed lacks: its mean would be over other seeds', () => {
    const [ce, tce] = ADRESSA as [Arm, Arm];
    const [first, ...others] = tce.runs as [Arm['runs'][number], ...Arm['runs'][number][]];
    const { 'test/ndcg@3': _, ...rest } = first.metrics;
    const patchy = { ...tce, runs: [{ ...first, metrics: rest }, ...others] };
    const pair = pairOf(compareArms([ce, patchy]), 'T-CE', 'CE');
    expect(pair.metrics.map(({ metric }) => metric)).toEqual(['test/recall@3']);
    expect(pair.relativeImprovement).toBeCloseTo(0.00285 / 0.088, 12);
  });

  it('counts neither losses nor groups of users into RI, and prefers the smaller loss', () => {
    const extra = (arm: Arm, loss: number): Arm => ({
      ...arm,
      select: 'valid/loss',
      runs: arm.runs.map(({ seed, metrics }) => ({
        seed,
        metrics: { ...metrics, 'test/loss': loss + seed / 1e6, 'test/recall@3/g1': loss },
      })),
    });
    const [ce, tce] = ADRESSA as [Arm, Arm];
    const before = pairOf(compareArms([ce, tce]), 'T-CE', 'CE');
    const after = pairOf(compareArms([extra(ce, 2), extra(tce, 1)]), 'T-CE', 'CE');
    expect(after.relativeImprovement).toBe(before.relativeImprovement);
    expect(after.metrics.map(({ metric }) => metric)).toEqual([
      'test/recall@3',
      'test/ndcg@3',
      'test/loss',
      'test/recall@3/g1',
    ]);
    expect(after.verdict).toBe('better');
    expect(after.difference?.mean).toBeCloseTo(-1, 12);
  });

  it('has a say where all differences are equal, and none where all are nothing', () => {
    const flat = (loss: string, by: number) =>
      armOf({ loss, recall: [1, 2, 3, 4, 5, 6, 7].map((value) => value + by) });
    const equal = pairOf(compareArms([flat('CE', 0), flat('T-CE', 5)]), 'T-CE', 'CE');
    expect(equal).toMatchObject({ verdict: 'better', tTest: null, effect: null, adjustedP: 2 / 128 });
    expect(equal.difference).toMatchObject({ sd: 0, interval: null, relativeInterval: null });
    const alike = pairOf(compareArms([flat('CE', 0), flat('T-CE', 0)]), 'T-CE', 'CE');
    expect(alike).toMatchObject({ verdict: 'inconclusive', adjustedP: 1, moreSeeds: null });
  });

  it('has no percentage over a reference of zero', () => {
    const pair = pairOf(
      compareArms([armOf({ recall: [0, 0] }), armOf({ loss: 'T-CE', recall: [1, 2] })]),
      'T-CE',
      'CE',
    );
    expect(pair.difference).toMatchObject({ relative: null, relativeInterval: null });
  });

  it('knows cells without a pair, arms without a run, and no arms at all', () => {
    const lonely = compareArms([armOf({ recall: [] }), armOf({ loss: 'T-CE', recall: [1] })]);
    expect(pairOf(lonely, 'T-CE', 'CE')).toMatchObject({
      verdict: 'too few seeds',
      difference: null,
      signFlip: null,
      metrics: [],
      relativeImprovement: null,
      moreSeeds: 6,
      unpaired: [{ loss: 'CE', seed: 2019, reason: 'was not run' }],
    });
    expect(compareArms([armOf({ recall: [1] })]).cells[0]?.pairs).toEqual([]);
    expect(compareArms([])).toEqual({ alpha: 0.05, family: 0, cells: [] });
  });
});

describe('arms that cannot be compared', () => {
  const ce = armOf({ recall: [1, 2] });
  it.each<[readonly Arm[], string]>([
    [[ce, ce], 'adressa, GMF, CE is given twice: one configuration a loss is confirmed'],
    [
      [ce, { ...ce, loss: 'T-CE', select: 'valid/ndcg@3' }],
      'adressa, GMF, T-CE is ranked by valid/ndcg@3, another arm by valid/recall@3',
    ],
    [[{ ...ce, select: 'test/recall@3' }], 'adressa, GMF, CE is ranked by test/recall@3, not by validation'],
    [[armOf({ recall: [1, 2], seeds: [7, 7] })], 'adressa, GMF, CE has seed 7 twice'],
    [[armOf({ recall: [1, Number.NaN] })], 'adressa, GMF, CE has test/recall@3 = NaN on seed 2020'],
  ])('are refused by name', (arms, message) => {
    expect(() => compareArms(arms)).toThrow(new RangeError(message));
  });
});

describe('every comparison', () => {
  /** In 1/1024, so that sums and shifts are exact. */
  const level = fc.integer({ min: 0, max: 1024 });
  const values = fc
    .integer({ min: 2, max: 12 })
    .chain((count) => fc.tuple(fc.array(level, size(count)), fc.array(level, size(count))));
  const arms = ([ce, tce]: readonly (readonly number[])[], by = 0): Arm[] => [
    exact('CE', ce as number[], by),
    exact('T-CE', tce as number[], by),
  ];
  const MIRROR: Record<Verdict, Verdict> = {
    better: 'worse',
    worse: 'better',
    inconclusive: 'inconclusive',
    'too few seeds': 'too few seeds',
  };

  it('mirrors when two arms change their runs', () => {
    fc.assert(
      fc.property(values, ([a, b]) => {
        const one = pairOf(compareArms(arms([a, b])), 'T-CE', 'CE');
        const other = pairOf(compareArms(arms([b, a])), 'T-CE', 'CE');
        expect(other.verdict).toBe(MIRROR[one.verdict]);
        expect(other.difference?.mean).toBe(negative(one.difference?.mean));
        expect(other.difference?.interval?.low).toBe(negative(one.difference?.interval?.high));
        expect(other.tTest?.p).toBe(one.tTest?.p);
        expect([other.signFlip, other.adjustedP, other.moreSeeds]).toEqual([
          one.signFlip,
          one.adjustedP,
          one.moreSeeds,
        ]);
      }),
    );
  });

  it('says the same of two arms that are both raised by a constant', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -512, max: 4096 }), (pair, by) => {
        const { metrics: _, relativeImprovement: __, ...one } = pairOf(compareArms(arms(pair)), 'T-CE', 'CE');
        const {
          metrics: ___,
          relativeImprovement: ____,
          ...other
        } = pairOf(compareArms(arms(pair, by)), 'T-CE', 'CE');
        const absolute = ({ relative, relativeInterval, ...rest }: NonNullable<PairVerdict['difference']>) =>
          rest;
        expect({ ...other, difference: other.difference && absolute(other.difference) }).toEqual({
          ...one,
          difference: one.difference && absolute(one.difference),
        });
      }),
    );
  });

  it('does not depend on the order of runs', () => {
    const shuffles = values.chain((pair) =>
      fc.tuple(
        fc.constant(pair),
        fc.shuffledSubarray(
          pair[0].map((_, at) => at),
          { minLength: pair[0].length },
        ),
      ),
    );
    fc.assert(
      fc.property(shuffles, ([pair, order]) => {
        const given = arms(pair);
        const shuffled = given.map((arm) => ({
          ...arm,
          runs: order.map((at) => arm.runs[at] as Arm['runs'][number]),
        }));
        expect(compareArms(shuffled)).toEqual(compareArms(given));
      }),
    );
  });

  it('corrects no p downwards, nor by more than the family', () => {
    const cells = fc.array(values, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(cells, (pairs) => {
        const all = pairs.flatMap((pair, at) => arms(pair).map((arm) => ({ ...arm, dataset: `d${at}` })));
        const comparison = compareArms(all);
        for (const { pairs: judged } of comparison.cells)
          for (const { signFlip, adjustedP, seeds } of judged) {
            if (seeds.length < 6) expect(adjustedP).toBeNull();
            else {
              expect(adjustedP).toBeGreaterThanOrEqual(signFlip?.p ?? 2);
              expect(adjustedP).toBeLessThanOrEqual(Math.min(1, comparison.family * (signFlip?.p ?? 0)));
            }
          }
      }),
    );
  });

  function size(count: number) {
    return { minLength: count, maxLength: count };
  }

  function exact(loss: string, levels: readonly number[], by: number): Arm {
    const runs = levels.map((value, seed) => ({ seed, metrics: { 'test/recall@3': (value + by) / 1024 } }));
    return { ...armOf({ recall: [] }), loss, runs };
  }

  /** −x, and 0 for 0. */
  function negative(value: number | undefined): number | undefined {
    return value === undefined ? undefined : 0 - value;
  }
});
