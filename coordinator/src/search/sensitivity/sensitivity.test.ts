import { EXAMPLE_TRAINING } from '@adt/proto/exampleTraining';
import { type TrainingConfig, trainingConfigSchema } from '@adt/proto/trainingConfig';
import { describe, expect, it } from 'vitest';
import { configHash } from '../canonical.js';
import { type FinishedTrial, sensitivityOf } from './sensitivity.js';

function trial(config: Partial<TrainingConfig>, value: number): FinishedTrial {
  const whole = trainingConfigSchema.parse({ ...EXAMPLE_TRAINING, ...config });
  return { config: whole, configHash: configHash(whole), value };
}

const tce = (epsMax: number, epsN: number, value: number, more: Partial<TrainingConfig> = {}) =>
  trial({ loss: 'T-CE', epsMax, epsN, ...more }, value);
const rce = (beta: number, value: number, more: Partial<TrainingConfig> = {}) =>
  trial({ loss: 'R-CE', beta, ...more }, value);

const only = (trials: FinishedTrial[], others: 'fixed' | 'best' = 'fixed', maximize = true) => {
  const found = sensitivityOf({ trials, others, maximize });
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[number];
};

describe('the T-CE grid', () => {
  const trials = [
    tce(0.2, 1000, 0.2, { seed: 1 }),
    tce(0.2, 1000, 0.4, { seed: 2 }),
    tce(0.1, 1000, 0.25, { seed: 1 }),
    tce(0.1, 30_000, 0.5, { seed: 1 }),
    tce(0.1, 30_000, 0.5, { seed: 2 }),
  ];

  it('holds mean, sample sd and count over seeds by ascending ε_max and ε_N', () => {
    const { tce: grid } = only(trials);
    expect([grid.epsMax, grid.epsN]).toEqual([
      [0.1, 0.2],
      [1000, 30_000],
    ]);
    expect(grid.cells[1]?.[0]).toMatchObject({ mean: expect.closeTo(0.3, 12), seeds: 2, among: 1 });
    expect(grid.cells[1]?.[0]?.sd).toBeCloseTo(Math.SQRT2 / 10, 12);
    expect(grid.cells[0]?.[0]).toMatchObject({ mean: 0.25, sd: null, seeds: 1 });
    expect(grid.cells[0]?.[1]).toMatchObject({ mean: 0.5, sd: 0, seeds: 2 });
  });

  it('has no number where nothing ran, and names its best cell', () => {
    const { tce: grid } = only(trials);
    expect(grid.cells[1]?.[1]).toBeNull();
    expect(grid.best).toMatchObject({ epsMax: 0.1, epsN: 30_000, mean: 0.5 });
  });

  it('is best where a loss is smallest when less is better', () => {
    expect(only(trials, 'fixed', false).tce.best).toMatchObject({ epsMax: 0.2, epsN: 1000 });
  });
});

describe('the other parameters', () => {
  const trials = [
    tce(0.1, 1000, 0.3, { lr: 0.001 }),
    tce(0.2, 1000, 0.5, { lr: 0.001 }),
    tce(0.1, 1000, 0.4, { lr: 0.01 }),
    tce(0.2, 5000, 0.2, { lr: 0.01 }),
  ];

  it('are those of the best configuration when fixed: what ran with others is not shown', () => {
    const { tce: grid } = only(trials, 'fixed');
    expect(grid.cells).toMatchObject([[{ mean: 0.3 }], [{ mean: 0.5 }]]);
    expect(grid.epsN).toEqual([1000]);
  });

  it('are the best of each cell otherwise, with how many competed', () => {
    const { tce: grid } = only(trials, 'best');
    expect(grid.cells).toMatchObject([
      [{ mean: 0.4, among: 2 }, null],
      [
        { mean: 0.5, among: 1 },
        { mean: 0.2, among: 1 },
      ],
    ]);
  });

  it('are not decided by a single lucky seed while others have two', () => {
    const { tce: grid } = only([
      tce(0.1, 1000, 0.3, { seed: 1 }),
      tce(0.1, 1000, 0.3, { seed: 2 }),
      tce(0.1, 1000, 0.9, { seed: 1, lr: 0.01 }),
    ]);
    expect(grid.best?.mean).toBe(0.3);
  });

  it('are fixed for each loss by its own best configuration', () => {
    const found = only([...trials, rce(0.2, 0.6, { lr: 0.01 }), rce(0.1, 0.1, { lr: 0.01 }), rce(0.3, 0.2)]);
    expect(found.rce.line.map(({ beta, mean }) => [beta, mean])).toEqual([
      [0.1, 0.1],
      [0.2, 0.6],
    ]);
    expect(found.tce.best?.mean).toBe(0.5);
  });
});

describe('the R-CE line', () => {
  it('is ascending in β and has CE to compare with', () => {
    const found = only([
      rce(1, 0.1),
      rce(0.05, 0.4),
      rce(0.25, 0.5),
      trial({}, 0.3),
      trial({ seed: 2 }, 0.5),
    ]);
    expect(found.rce.line.map(({ beta }) => beta)).toEqual([0.05, 0.25, 1]);
    expect(found.rce.best).toMatchObject({ beta: 0.25, mean: 0.5 });
    expect(found.ce).toMatchObject({ mean: 0.4, seeds: 2 });
  });

  it('is empty, not invented, when the loss never ran', () => {
    const found = only([trial({}, 0.3)]);
    expect(found.rce).toEqual({ line: [], best: null });
    expect(found.tce).toEqual({ epsMax: [], epsN: [], cells: [], best: null });
  });
});

describe('data sets and models', () => {
  it('are kept apart, a data set by its content', () => {
    const found = sensitivityOf({
      trials: [
        rce(0.1, 0.1),
        rce(0.1, 0.2, { datasetSha256: 'b'.repeat(64) }),
        rce(0.1, 0.3, { model: 'NeuMF', mlpLayers: 3, dropout: 0 }),
      ],
      others: 'best',
      maximize: true,
    });
    expect(
      found.map(({ datasetSha256, model, rce: line }) => [datasetSha256[0], model, line.best?.mean]),
    ).toEqual([
      ['a', 'GMF', 0.1],
      ['b', 'GMF', 0.2],
      ['a', 'NeuMF', 0.3],
    ]);
  });
});
