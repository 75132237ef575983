import type { PairVerdict } from '@adt/proto/gen/adt/v1/results';
import { describe, expect, it } from 'vitest';
import { bestLosses, findPair, metricsOf, pairsOf, seedRows, type VerdictCell } from './snapshot';

const METRIC = 'test/recall@50';

function arm(loss: string, values: (number | null)[], more: string[] = []): VerdictCell['arms'][number] {
  const mean = values.reduce((sum: number, value) => sum + (value ?? 0), 0) / values.length;
  return {
    loss,
    configuration: {},
    tuning: undefined,
    missing: [],
    seeds: values.map((_, at) => 2019 + at),
    values,
    metrics: [METRIC, ...more].map((metric) => ({ metric, spread: { mean, sd: 0.1, n: values.length } })),
  };
}

const pair = (loss: string, reference: string, seeds: number[]) =>
  ({ loss, reference, seeds }) as unknown as PairVerdict;

function cell(arms: VerdictCell['arms'], pairs: PairVerdict[], metric = METRIC): VerdictCell {
  return { dataset: 'tiny', model: 'GMF', metric, arms, pairs };
}

describe('the cells of a comparison', () => {
  it('have the pairs of losses that any of them has, each once', () => {
    const first = cell([], [pair('T-CE', 'R-CE', []), pair('T-CE', 'CE', [])]);
    const second = cell([], [pair('T-CE', 'CE', []), pair('NR', 'CE', [])]);
    const pairs = pairsOf([first, second]);
    expect(pairs.map(({ loss, reference }) => `${loss} ${reference}`)).toEqual([
      'T-CE R-CE',
      'T-CE CE',
      'NR CE',
    ]);
    expect(findPair(second, { loss: 'T-CE', reference: 'R-CE' })).toBeUndefined();
  });

  it('name the best loss by the direction of their metric, all of equal ones, none of one', () => {
    const arms = [arm('CE', [0.2]), arm('T-CE', [0.3]), arm('R-CE', [0.3])];
    expect(bestLosses(cell(arms, []))).toEqual(['T-CE', 'R-CE']);
    const losses = arms.map((one) => ({
      ...one,
      metrics: one.metrics.map((spread) => ({ ...spread, metric: 'test/loss' })),
    }));
    expect(bestLosses(cell(losses, [], 'test/loss'))).toEqual(['CE']);
    expect(bestLosses(cell(arms.slice(0, 1), []))).toEqual([]);
  });

  it('list the metrics of all users, Recall first and K ascending', () => {
    const names = ['test/ndcg@50', 'test/recall@100', 'test/recall@50/g1'];
    expect(metricsOf([cell([arm('CE', [1], names)], [])])).toEqual([
      'test/recall@50',
      'test/recall@100',
      'test/ndcg@50',
    ]);
  });
});

describe('the seeds of a pair', () => {
  it('have both values and the trainings behind them; a seed without a value is left out', () => {
    const one = cell([arm('CE', [0.1, 0.2, 0.3]), arm('T-CE', [0.4, null, 0.6])], []);
    const run = (loss: string, seed: number, trialId: number) => ({
      dataset: 'tiny',
      model: 'GMF',
      loss,
      seed,
      trialId,
      state: 'TRIAL_STATE_SUCCEEDED' as never,
    });
    const runs = [run('CE', 2019, 7), run('T-CE', 2019, 8)];
    expect(seedRows(one, pair('T-CE', 'CE', [2019, 2020, 2021]), runs)).toEqual([
      { seed: 2019, loss: 0.4, reference: 0.1, lossTrial: 8, referenceTrial: 7 },
      { seed: 2021, loss: 0.6, reference: 0.3, lossTrial: null, referenceTrial: null },
    ]);
  });
});
