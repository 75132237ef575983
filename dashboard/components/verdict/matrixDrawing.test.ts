import { describe, expect, it } from 'vitest';
import { matrixDrawing } from './matrixDrawing';
import type { VerdictCell } from './snapshot';

const tuning = { configurations: 4, trials: 4, gpuHours: 0, cpuHours: 1 };
const spread = (mean: number) => [{ metric: 'test/recall@50', spread: { mean, sd: 0.001, n: 7 } }];
const arm = (loss: string, mean: number) => ({
  loss,
  configuration: {},
  tuning,
  missing: [],
  seeds: [],
  values: [],
  metrics: spread(mean),
});

const CELL = {
  dataset: 'R&D <small>',
  model: 'GMF',
  metric: 'test/recall@50',
  arms: [arm('CE', 0.1), arm('T-CE', 0.2)],
  pairs: [
    {
      loss: 'T-CE',
      reference: 'CE',
      adjustedP: 0.0312,
      tuning,
      referenceTuning: { ...tuning, trials: 1 },
      tunedUnevenly: true,
      difference: { mean: 0.1, relative: 1, relativeInterval: { low: 0.5, high: 1.5 } },
    },
  ],
} as unknown as VerdictCell;

describe('the matrix as a picture', () => {
  const draw = (pair: { loss: string; reference: string } | null) =>
    matrixDrawing({ title: 'name', cells: [CELL], pair, colourOf: () => '#123456', wordOf: () => 'better' });

  it('says what the screen says, and escapes names', () => {
    const { svg } = draw({ loss: 'T-CE', reference: 'CE' });
    for (const text of [
      'R&amp;D &lt;small&gt;',
      'GMF',
      '0.2000 ± 0.0010',
      '+100.0 %',
      'better',
      'p 0.031 Holm',
    ])
      expect(svg).toContain(text);
    expect(svg).toContain('4 : 1 trials, uneven');
    expect(svg).not.toContain('<small>');
  });

  it('has scores without a verdict where there is one loss only', () => {
    const { svg } = draw(null);
    expect(svg).toContain('0.1000');
    expect(svg).not.toContain('Holm');
  });
});
