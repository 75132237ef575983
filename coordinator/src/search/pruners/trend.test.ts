import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { RungReport, RungVerdict } from '../history.js';
import type { PrunerSettings } from './earlyTerminate.js';
import { judgeRung } from './judge.js';
import { countsTrend, halfOf, standingOf } from './trend.js';

const PLAIN: PrunerSettings = { type: 'asha', eta: 3, minSteps: null, minShare: 0.2, trend: false };
const TREND: PrunerSettings = { ...PLAIN, trend: true };

type Curve = { best: number; gain: number };
const reportOf = ({ best, gain }: Curve, configuration: number): RungReport => ({
  ...{ configuration, seed: 1, bracket: 0, step: 2520 },
  ...{ score: best, gain },
});

function verdicts(settings: PrunerSettings, curves: readonly Curve[]): RungVerdict[] {
  const reports = curves.map(reportOf);
  return reports.map((report, index) => judgeRung({ settings, report, peers: reports.slice(0, index) }));
}

/** Six that have levelled off, the best of them last but one. */
const PLATEAUS = [0.1, 0.104, 0.108, 0.112, 0.12, 0.11].map((best) => ({ best, gain: 0.001 }));

describe('ASHA that counts the trend', () => {
  it('keeps a slow learner that rises, which plain ASHA would stop', () => {
    const slow = { best: 0.09, gain: 0.04 };
    expect(verdicts(PLAIN, [...PLATEAUS, slow]).at(-1)).toMatchObject({ prune: true, rank: 7 });
    expect(verdicts(TREND, [...PLATEAUS, slow]).at(-1)).toEqual({
      ...{ prune: false, rank: 1, of: 7 },
      reason:
        'goes on at iteration 2,520: 1st of 7 at this rung by 0.09 with a gain of 0.04 since iteration 1,260, ' +
        'the top 3 go on',
    });
  });

  it('stops one as far behind that does not rise', () => {
    const flat = { best: 0.09, gain: 0 };
    expect(verdicts(TREND, [...PLATEAUS, flat]).at(-1)).toEqual({
      ...{ prune: true, rank: 7, of: 7 },
      reason:
        'pruned at iteration 2,520: 7th of 7 at this rung by 0.09 with no gain since iteration 1,260, ' +
        'the top 3 go on',
    });
  });

  it('never stops the best so far, however many rise behind it', () => {
    const risers = [0.09, 0.1, 0.11, 0.12].map((best) => ({ best, gain: 0.1 }));
    expect(verdicts(TREND, [...risers, { best: 0.13, gain: 0 }]).at(-1)).toEqual({
      ...{ prune: false, rank: 5, of: 5 },
      reason:
        'goes on at iteration 2,520: 5th of 5 at this rung by 0.13 with no gain since iteration 1,260, ' +
        'the top 2 go on, but none was better so far',
    });
    expect(verdicts(TREND, [...risers, { best: 0.12, gain: 0 }]).at(-1)?.prune).toBe(true);
  });

  it('judges alike on any scale and from any zero', () => {
    const curve = fc.record({ best: fc.integer({ min: -500, max: 500 }), gain: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(curve, { maxLength: 40 }), (curves) => {
        const other = curves.map(({ best, gain }) => ({ best: 4 * best - 64, gain: 4 * gain }));
        const plain = (all: readonly RungVerdict[]) =>
          all.map(({ prune, rank, of }) => ({ prune, rank, of }));
        expect(plain(verdicts(TREND, other))).toEqual(plain(verdicts(TREND, curves)));
      }),
    );
  });

  it('is plain ASHA where nothing is gained', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 40 }), (scores) => {
        const curves = scores.map((best) => ({ best, gain: 0 }));
        const plain = (settings: PrunerSettings) => verdicts(settings, curves).map(({ prune }) => prune);
        expect(plain(TREND)).toEqual(plain(PLAIN));
      }),
    );
  });

  it('is what ASHA does, and no other pruner', () => {
    expect([TREND, PLAIN, { type: 'none' } as const].map(countsTrend)).toEqual([true, false, false]);
    expect(countsTrend({ type: 'hyperband', eta: 3, minSteps: null })).toBe(false);
  });
});

test('half of a rung is a whole iteration', () => {
  expect([2520, 7, 1].map(halfOf)).toEqual([1260, 3, 0]);
});

test.each([
  [
    { sign: 1, value: 0.3, halfway: 0.25 },
    { score: 0.3, gain: 0.3 - 0.25 },
  ],
  [
    { sign: -1, value: 0.5, halfway: 0.75 },
    { score: -0.5, gain: 0.25 },
  ],
  [{ sign: 1, value: 0.3 }, { score: 0.3 }],
  [
    { sign: 1, value: 0.3, halfway: null },
    { score: 0.3, gain: 0 },
  ],
  [
    { sign: 1, value: null, halfway: null },
    { score: null, gain: 0 },
  ],
  [
    { sign: 1, value: Number.POSITIVE_INFINITY, halfway: 0.1 },
    { score: Number.POSITIVE_INFINITY, gain: 0 },
  ],
] as const)('%j stands as %j', (seen, standing) => {
  expect(standingOf(seen)).toEqual(standing);
});
