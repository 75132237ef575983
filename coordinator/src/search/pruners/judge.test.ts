import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RungReport, RungVerdict } from '../history.js';
import { keyOf, uniform } from '../philox.js';
import type { PrunerSettings } from './earlyTerminate.js';
import { judgeRung } from './judge.js';

const ASHA: PrunerSettings = { type: 'asha', eta: 3, minSteps: null, minShare: 0, trend: false };
const MEDIAN: PrunerSettings = { type: 'median', minSteps: null, startupTrials: 5 };
const PRUNERS: PrunerSettings[] = [ASHA, MEDIAN, { type: 'hyperband', eta: 2, minSteps: null }];

const at = (configuration: number, score: number | null, more: Partial<RungReport> = {}): RungReport => ({
  configuration,
  seed: 1,
  bracket: 0,
  step: 2520,
  score,
  ...more,
});

/** Reports of configurations 0, 1, …, all at one rung. */
const arrivals = (scores: readonly (number | null)[]) => scores.map((score, index) => at(index, score));

function replay(settings: PrunerSettings, log: readonly RungReport[]): RungVerdict[] {
  return log.map((report, index) => judgeRung({ settings, report, peers: log.slice(0, index) }));
}

const lastOf = (settings: PrunerSettings, scores: readonly (number | null)[]) =>
  replay(settings, arrivals(scores)).at(-1);

describe('ASHA', () => {
  it('lets the best third go on and says who is where', () => {
    expect(lastOf(ASHA, [5])?.reason).toBe(
      'goes on at iteration 2,520: the first at this rung, the best goes on',
    );
    expect(lastOf(ASHA, [5, 4, 6])).toEqual({
      prune: false,
      rank: 1,
      of: 3,
      reason: 'goes on at iteration 2,520: 1st of 3 at this rung, the best goes on',
    });
    expect(lastOf(ASHA, [6, 5, 4, 3, 1, 2])).toEqual({
      prune: true,
      rank: 5,
      of: 6,
      reason: 'pruned at iteration 2,520: 5th of 6 at this rung, the top 2 go on',
    });
    expect(lastOf(ASHA, [6, 1, 2, 3, 4, 5])).toMatchObject({ prune: false, rank: 2, of: 6 });
  });

  it('is the quantile rule of Syne Tune: goes on from the (1 − 1/η) quantile on, itself included', () => {
    const scores = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 2, max: 5 }), (values, eta) => {
        const verdict = lastOf({ type: 'asha', eta, minSteps: null, minShare: 0, trend: false }, values);
        expect(verdict?.prune).toBe((values.at(-1) ?? 0) < quantile(values, 1 - 1 / eta));
      }),
    );
  });

  it('keeps ⌈n/η⌉ of n on average over all orders of arrival', () => {
    const orders = permutations([1, 2, 3, 4, 5, 6]);
    const kept = orders.flatMap((order) => replay(ASHA, arrivals(order)).filter(({ prune }) => !prune));
    const expected = [1, 2, 3, 4, 5, 6].reduce((sum, n) => sum + Math.ceil(n / 3) / n, 0);
    expect(kept.length / orders.length).toBeCloseTo(expected, 10);
  });

  it('lets about one in eta go on when many arrive in no order', () => {
    const scores = Array.from({ length: 1500 }, (_, index) => uniform([index, 0, 0, 0], keyOf('scores')));
    const kept = replay(ASHA, arrivals(scores)).filter(({ prune }) => !prune).length;
    expect(Math.abs(kept / 1500 - 1 / 3)).toBeLessThan(0.03);
  });
});

describe('the median rule', () => {
  it('prunes who is behind more than half of those before it, once there are enough of them', () => {
    expect(lastOf(MEDIAN, [5, 5, 5, 5, 1])?.reason).toBe(
      'goes on at iteration 2,520: 4 reached this rung before, the median counts from 5 on',
    );
    expect(lastOf(MEDIAN, [1, 2, 3, 4, 5, 2])?.reason).toBe(
      'pruned at iteration 2,520: 3 of the 5 that reached this rung before were better, half may be',
    );
    expect(lastOf(MEDIAN, [1, 2, 3, 4, 5, 3])?.prune).toBe(false);
    expect(lastOf(MEDIAN, [1, 2, 3, 4, 5, 6, 3])?.prune).toBe(false);
    expect(lastOf(MEDIAN, [1, 2, 3, 4, 5, 6, 2.9])?.prune).toBe(true);
  });
});

describe('every pruner', () => {
  const scores = fc.array(
    fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -9, max: 9 })),
    {
      minLength: 1,
      maxLength: 40,
    },
  );

  it('never prunes the best so far at a rung', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRUNERS), scores, (settings, values) => {
        replay(settings, arrivals(values)).forEach(({ prune }, index) => {
          const before = values.slice(0, index);
          if (before.every((score) => score < (values[index] ?? 0))) expect(prune).toBe(false);
        });
      }),
    );
  });

  it('judges by the order of the scores alone', () => {
    const ranks = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...PRUNERS), ranks, (settings, values) => {
        const cubed = values.map((value) => value ** 3 + 7);
        expect(replay(settings, arrivals(cubed))).toEqual(replay(settings, arrivals(values)));
      }),
    );
  });

  it('gives the same verdict for what came before in any order, and again on replay', () => {
    const log = fc.shuffledSubarray(arrivals([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, null]), { minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...PRUNERS), log, (settings, reports) => {
        expect(replay(settings, reports)).toEqual(replay(settings, structuredClone(reports)));
        const report = reports.at(-1) as RungReport;
        const peers = reports.slice(0, -1);
        expect(judgeRung({ settings, report, peers: peers.toReversed() })).toEqual(
          judgeRung({ settings, report, peers }),
        );
      }),
    );
  });

  it('measures a trial only against its own seed, bracket and iteration, and not against itself', () => {
    const foreign = [at(1, 9, { seed: 2 }), at(2, 9, { bracket: 1 }), at(3, 9, { step: 840 }), at(0, 9)];
    for (const settings of PRUNERS)
      expect(judgeRung({ settings, report: at(0, 1), peers: foreign })).toMatchObject({
        prune: false,
        of: 1,
      });
  });

  it.each([null, Number.NaN, Number.POSITIVE_INFINITY])('prunes nothing for an objective of %s', (score) => {
    for (const settings of PRUNERS) {
      const peers = arrivals([1, 2, 3, 4, 5, 6]);
      expect(judgeRung({ settings, report: at(9, score), peers })).toEqual({
        prune: false,
        rank: null,
        of: 7,
        reason: 'goes on at iteration 2,520: it has no objective yet',
      });
      const without = judgeRung({ settings, report: at(9, 1), peers });
      expect(judgeRung({ settings, report: at(9, 1), peers: [...peers, at(8, score)] })).toEqual(without);
    }
  });

  it('puts the configuration that was suggested first ahead among equals', () => {
    const verdict = (configuration: number) =>
      judgeRung({ settings: ASHA, report: at(configuration, 1), peers: [at(5, 1)] });
    expect(verdict(4)).toMatchObject({ rank: 1, prune: false });
    expect(verdict(6)).toMatchObject({ rank: 2, prune: true });
  });

  it('names the bracket of Hyperband', () => {
    const settings: PrunerSettings = { type: 'hyperband', eta: 3, minSteps: null };
    expect(judgeRung({ settings, report: at(0, 1, { bracket: 2 }), peers: [] }).reason).toBe(
      'goes on at iteration 2,520 of bracket 2: the first at this rung, the best goes on',
    );
  });
});

/** As numpy.quantile: linear between the two nearest. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  // What rounding makes of a whole position must not pull in the next value.
  const below = Math.floor(position + 1e-9);
  const share = Math.max(0, position - below);
  const [low, high] = [sorted[below] ?? 0, sorted[below + 1] ?? sorted[below] ?? 0];
  return share < 1e-9 ? low : low + share * (high - low);
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
