import { describe, expect, it } from 'vitest';
import { effectSize, hedgesFactor } from './effectSize.js';
import { SLEEP } from './knownPairs.js';
import { pairedT } from './pairedT.js';
import { relativeImprovement } from './relativeImprovement.js';

describe('the effect size', () => {
  it('is t over √n, as it must be', () => {
    const sleep = pairedT(SLEEP.first, SLEEP.second);
    const effect = effectSize(sleep);
    expect(effect?.dz).toBeCloseTo((sleep.t ?? 0) / Math.sqrt(10), 12);
    expect(effect?.gz).toBeCloseTo((effect?.dz ?? 0) * hedgesFactor(9), 12);
  });

  it('is corrected by J, which has closed forms at whole numbers', () => {
    // Γ(1)/Γ(1/2) = 1/√π and Γ(2)/Γ(3/2) = 2/√π.
    expect(hedgesFactor(2)).toBeCloseTo(1 / Math.sqrt(Math.PI), 14);
    expect(hedgesFactor(4)).toBeCloseTo(Math.SQRT2 / Math.sqrt(Math.PI), 14);
    // Hedges (1981): 1 − 3/(4 df − 1) is within 0.007 from two degrees of freedom on, within 0.0005 from ten on.
    expect(Math.abs(hedgesFactor(2) - (1 - 3 / 7))).toBeLessThan(0.008);
    for (const df of [10, 30, 200])
      expect(Math.abs(hedgesFactor(df) - (1 - 3 / (4 * df - 1)))).toBeLessThan(0.0005);
    expect(hedgesFactor(1)).toBe(0);
  });

  it('is none where nothing varies', () => {
    expect(effectSize({ mean: 1, sd: 0, n: 5 })).toBeNull();
    expect(effectSize({ mean: 1, sd: null, n: 1 })).toBeNull();
  });
});

describe('RI', () => {
  it('is the mean of the relative improvements of the metrics', () => {
    // Amazon-book, GMF, T-CE over CE in the authors' logs: +16.09 %, +17.28 %, +14.06 %, +15.41 %.
    const metrics = [
      { mean: 0.0707, reference: 0.0609 },
      { mean: 0.1113, reference: 0.0949 },
      { mean: 0.0292, reference: 0.0256 },
      { mean: 0.0382, reference: 0.0331 },
    ];
    expect(relativeImprovement(metrics)).toBeCloseTo(0.1571, 4);
  });

  it('may be a loss, and is none over nothing', () => {
    expect(relativeImprovement([{ mean: 0.1, reference: 0.2 }])).toBeCloseTo(-0.5, 15);
    expect(relativeImprovement([{ mean: -0.1, reference: -0.2 }])).toBeCloseTo(0.5, 15);
    expect(relativeImprovement([])).toBeNull();
    expect(relativeImprovement([{ mean: 0.1, reference: 0 }])).toBeNull();
  });
});
