import { expect, test } from 'vitest';
import { type PrunedRun, pruningWarnings } from './pruningWarnings.js';

const ASHA = { type: 'asha', eta: 3, minSteps: null, minShare: 0, trend: false } as const;
const RUN: PrunedRun = {
  dataset: 'ml1m',
  model: 'GMF',
  loss: 'CE',
  totalSteps: 8400,
  stepsPerEpoch: 840,
  evalEvery: 100,
  epsN: null,
};
const warned = (runs: PrunedRun[], settings: Parameters<typeof pruningWarnings>[0]['settings'] = ASHA) =>
  pruningWarnings({ settings, runs }).map(({ path, message }) => `${path}: ${message}`);

test('a sweep whose trials can all be judged alike is not warned of, nor one without early stopping', () => {
  expect(warned([RUN, RUN])).toEqual([]);
  expect(warned([{ ...RUN, evalEvery: 8400 }], { type: 'none' })).toEqual([]);
});

test('runs without a rung are counted, with the reason', () => {
  const tce = { ...RUN, loss: 'T-CE', epsN: 30_000 } as const;
  expect(warned([tce, tce, { ...tce, epsN: 100 }])).toEqual([
    'early_terminate: ml1m, GMF, T-CE: 2 of 3 configurations are never stopped early: T-CE is not judged ' +
      'before eps_n 30,000, and no rung is left before the end 8,400',
  ]);
  expect(warned([{ ...RUN, evalEvery: 8400 }])).toEqual([
    'early_terminate: ml1m, GMF, CE: the configuration is never stopped early: no validation (every 8,400 ' +
      'iterations) falls between the first rung 840 and the end 8,400',
  ]);
});

test('a first rung beyond the run is told of, under Hyperband too', () => {
  for (const type of ['asha', 'hyperband'] as const)
    expect(warned([RUN, RUN], { type, eta: 3, minSteps: 9000, minShare: 0, trend: false })).toEqual([
      expect.stringContaining(
        'all 2 configurations are never stopped early: no validation (every 100 iterations)',
      ),
    ]);
});

test('a first rung below eps_n is told of', () => {
  expect(warned([{ ...RUN, loss: 'T-CE', epsN: 2000 }])).toEqual([
    'early_terminate.min_steps: ml1m, GMF, T-CE: the first rung is below eps_n, where T-CE is still close to CE: ' +
      'the configuration is judged later, from iteration 2,600 at the latest',
  ]);
});

test('configurations that meet at no rung are told of, and min_steps brings them together', () => {
  const runs = [RUN, { ...RUN, stepsPerEpoch: 420, totalSteps: 4200 }];
  expect(warned(runs)).toEqual([
    expect.stringContaining(
      'early_terminate.min_steps: ml1m, GMF, CE: configurations that differ in batch_size, negatives or eval_every have 2 first rungs',
    ),
  ]);
  expect(warned(runs, { ...ASHA, minSteps: 500 })).toEqual([]);
});
