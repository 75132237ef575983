/** The promise of a verdict, counted on simulated sweeps: seeded, so that the counts are always the same. */
import { describe, expect, it } from 'vitest';
import { keyOf, uniform } from '../philox.js';
import { compareArms } from './compareArms.js';
import type { Arm, Comparison } from './comparison.js';
import { armOf } from './exampleArms.js';

const LOSSES = ['CE', 'T-CE', 'R-CE'];
const SWEEPS = 400;

/** Three losses on ten seeds, seed and run each adding an exponential error: as far from normal as runs may get. */
function simulated(sweep: number, gainOfTce: number): Comparison {
  const key = keyOf('calibration', sweep);
  const noise = (seed: number, arm: number) => -Math.log(1 - uniform([seed, arm, 0, 0], key));
  const arms: Arm[] = LOSSES.map((loss, at) => ({
    ...armOf({ recall: [] }),
    loss,
    runs: Array.from({ length: 10 }, (_, seed) => ({
      seed,
      metrics: {
        'test/recall@3': 10 + noise(seed, 99) + noise(seed, at) + (loss === 'T-CE' ? gainOfTce : 0),
      },
    })),
  }));
  return compareArms(arms);
}

const verdicts = ({ cells }: Comparison) => cells.flatMap(({ pairs }) => pairs.map(({ verdict }) => verdict));
const sweeps = Array.from({ length: SWEEPS }, (_, sweep) => sweep);

describe('verdicts', () => {
  it('are false in at most one comparison of twenty where no loss differs', () => {
    const wrong = sweeps.filter((sweep) =>
      verdicts(simulated(sweep, 0)).some((one) => one !== 'inconclusive'),
    );
    // 5 % of 400 are 20, and three standard errors of that are 13.
    expect(wrong.length).toBeLessThanOrEqual(33);
  }, 120_000);

  it('find a difference that is there, on its side', () => {
    const found = sweeps.map((sweep) => verdicts(simulated(sweep, 3)));
    const counted = (pair: number, verdict: string) => found.filter((all) => all[pair] === verdict).length;
    for (const pair of [0, 1]) {
      expect(counted(pair, 'better')).toBeGreaterThan(0.8 * SWEEPS);
      expect(counted(pair, 'worse')).toBe(0);
    }
  }, 120_000);
});
