import { EXAMPLE_TRAINING } from '@adt/proto/exampleTraining';
import { type TrainingConfig, trainingConfigSchema } from '@adt/proto/trainingConfig';
import { describe, expect, it } from 'vitest';
import { type DatasetSize, engineOf, iterationsOf, type Measurement, type Place } from './training.js';
import { forecaster } from './trainingForecast.js';

const TINY: DatasetSize = {
  sha256: 'a'.repeat(64),
  users: 1000,
  items: 500,
  trainInteractions: 51_200,
  validInteractions: 6000,
  testInteractions: 6000,
};
const LARGE: DatasetSize = {
  sha256: 'b'.repeat(64),
  users: 4000,
  items: 1000,
  trainInteractions: 204_800,
  validInteractions: 24_000,
  testInteractions: 24_000,
};
const PLACE: Place = { engine: 'native, cpu', threads: 1 };

function planned(config: Partial<TrainingConfig> = {}, dataset = TINY, place = PLACE) {
  const whole = trainingConfigSchema.parse({ ...EXAMPLE_TRAINING, datasetSha256: dataset.sha256, ...config });
  return { config: whole, dataset, place };
}

/** 1,000 iterations of 10 ms, 10 validations of 1 s, a test of 2 s, 3 s to start: 25 s, times `pace`. */
function measured(pace: number, ...which: Parameters<typeof planned>): Measurement {
  const one = planned(...which);
  return {
    ...one,
    iterations: iterationsOf(one.config, one.dataset),
    seconds: { sample: 2 * pace, train: 8 * pace, validate: 10 * pace, test: 2 * pace },
    startSeconds: 3 * pace,
  };
}

const ask = (measurements: Measurement[], ...which: Parameters<typeof planned>) =>
  forecaster(measurements)(planned(...which));

const seconds = (...parameters: Parameters<typeof ask>) => {
  const forecast = ask(...parameters);
  if (forecast.kind === 'unknown') throw new Error(forecast.reason);
  return forecast;
};

describe('a training that was measured before', () => {
  it('takes what its like took: the median, and what nine of ten do not exceed', () => {
    const paces = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const forecast = seconds(paces.map((pace) => measured(pace, { seed: pace })));
    expect(forecast).toMatchObject({ basis: { level: 'alike', measurements: 10 } });
    expect(forecast.p50).toBeCloseTo(5 * 25, 9);
    expect(forecast.p90).toBeCloseTo(9 * 25, 9);
  });

  it('is iterations × seconds an iteration and validations × seconds a validation, plus test and start', () => {
    const runs = [measured(1), measured(1), measured(1)];
    expect(seconds(runs, { epochs: 20 }).p50).toBeCloseTo(20 + 20 + 2 + 3, 9);
    expect(seconds(runs, { evalEvery: 200 }).p50).toBeCloseTo(10 + 5 + 2 + 3, 9);
  });

  it('counts the seconds of a resumed training for the iterations that they speak of', () => {
    const half: Measurement = {
      ...measured(1),
      iterations: 500,
      seconds: { sample: 1, train: 4, validate: 5, test: 2 },
    };
    expect(seconds([half, half, half]).p50).toBeCloseTo(25, 9);
  });
});

describe('a training of another shape', () => {
  it('is scaled by samples when the batch is another', () => {
    const forecast = seconds([measured(1)], { batchSize: 512, evalEvery: 200 });
    expect(forecast.basis).toEqual({ level: 'dataset', measurements: 1 });
    expect(forecast.phases.p50.train).toBeCloseTo(10, 9);
    expect(forecast.phases.p50.validate).toBeCloseTo(10, 9);
  });

  it('takes longer the wider its model is', () => {
    const runs = [measured(1)];
    expect(seconds(runs, { factors: 128 }).p50).toBeGreaterThan(seconds(runs, { factors: 64 }).p50);
    expect(seconds(runs, { factors: 64 }).p50).toBeGreaterThan(25);
  });

  it('takes less for validations of fewer users, but ranks all of them at the end', () => {
    const { validate } = seconds([measured(1)], { validUsers: 100 }).phases.p50;
    // In the units of the model: 10 losses of 6,000 interactions at 2, and a user's ranking.
    const user = 50 * (1 + Math.log(10)) + 500 * 0.01;
    expect(validate).toBeCloseTo((10 * (120_000 + 2000 * user)) / (120_000 + 10_000 * user), 9);
  });

  it('prefers three of its own kind to any number of others', () => {
    const others = Array.from({ length: 20 }, () => measured(9, { loss: 'T-CE', epsMax: 0.1, epsN: 100 }));
    const own = [measured(1), measured(1), measured(1)];
    expect(seconds([...others, ...own]).p50).toBeCloseTo(25, 9);
    expect(seconds([...others, ...own.slice(1)]).basis).toEqual({ level: 'dataset', measurements: 22 });
  });

  it('knows another loss of the same model, which costs about as much', () => {
    const forecast = seconds([measured(1)], { loss: 'R-CE', beta: 0.2 });
    expect(forecast).toMatchObject({ basis: { level: 'dataset' } });
    expect(forecast.p50).toBeCloseTo(25, 9);
  });
});

describe('a training on a data set without measurements', () => {
  it('is scaled from the same model elsewhere: by samples, and rankings by users and items', () => {
    const forecast = seconds([measured(1)], {}, LARGE);
    expect(forecast.basis).toEqual({ level: 'model', measurements: 1 });
    expect(forecast.phases.p50.train).toBeCloseTo(40, 9);
    const [there, here] = [500, 1000].map((items) => 50 * (1 + Math.log(items / 50)) + items * 0.01);
    expect(forecast.phases.p50.test).toBeCloseTo((2 * 4 * (here ?? 0)) / (there ?? 0), 9);
    expect(forecast.phases.p50.start).toBe(3);
  });

  it('is left to its own data set as soon as that has one', () => {
    const own = measured(7, {}, LARGE);
    expect(seconds([measured(1), measured(1), own], {}, LARGE).basis).toEqual({
      level: 'dataset',
      measurements: 1,
    });
  });
});

describe('nothing comparable', () => {
  it.each([
    ['no measurement at all', [], {}, PLACE],
    ['another model only', [measured(1, { model: 'NeuMF', mlpLayers: 3, dropout: 0 })], {}, PLACE],
    ['another engine only', [measured(1)], {}, { engine: 'tfjs, gpu', threads: 1 }],
  ] as const)('is said to be unknown instead of guessed: %s', (_, runs, config, place) => {
    const forecast = ask([...runs], config, TINY, place);
    expect(forecast).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/^no measurements yet/),
    });
  });

  it('is rarer for a plan that may run anywhere', () => {
    const forecast = ask([measured(1)], {}, TINY, { engine: null, threads: null });
    expect(forecast.kind).toBe('known');
  });
});

it('an engine is compared without its version', () => {
  expect(engineOf('native 0.1.0, cpu (avx512)')).toBe('native, cpu (avx512)');
  expect(engineOf('tfjs 4.22.0, wasm')).toBe('tfjs, wasm');
});
